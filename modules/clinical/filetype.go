package clinical

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fileType is an allowed type of document. Files are recognized by their content alone.
type fileType struct {
	contentType, extension string
	matches                func(content []byte) bool
}

var fileTypes = []fileType{
	{"application/pdf", ".pdf", isPDF},
	{"image/png", ".png", isPNG},
	{"image/jpeg", ".jpg", isJPEG},
	{"application/dicom", ".dcm", isDICOM},
	{"text/plain; charset=utf-8", ".txt", isText},
}

// detectFileType returns the type of a file. ok is false for types that are not allowed, and for
// content that another program could read as something else.
func detectFileType(content []byte) (detected fileType, ok bool) {
	for _, t := range fileTypes {
		if t.matches(content) {
			return t, !isAmbiguous(content) && (t.extension == ".pdf" || !readableAsPDF(content))
		}
	}
	return fileType{}, false
}

func isPDF(content []byte) bool {
	end := bytes.TrimRight(content, "\x00\t\n\f\r ")
	return bytes.HasPrefix(content, []byte("%PDF-")) && bytes.HasSuffix(end, []byte("%%EOF"))
}

// isPNG follows the chunks. Nothing may follow the last one.
func isPNG(content []byte) bool {
	rest, ok := bytes.CutPrefix(content, []byte("\x89PNG\r\n\x1a\n"))
	for ok && len(rest) >= 12 {
		length, kind := uint64(binary.BigEndian.Uint32(rest)), string(rest[4:8])
		if length+12 > uint64(len(rest)) {
			return false
		}
		rest = rest[length+12:]
		if kind == "IEND" {
			return len(rest) == 0
		}
	}
	return false
}

func isJPEG(content []byte) bool {
	end := bytes.TrimRight(content, "\x00")
	return bytes.HasPrefix(content, []byte("\xff\xd8\xff")) && bytes.HasSuffix(end, []byte("\xff\xd9"))
}

// isDICOM accepts a preamble that is empty or that of a TIFF file, which some scanners write. Any
// other preamble could be an executable.
func isDICOM(content []byte) bool {
	if len(content) < 132 || string(content[128:132]) != "DICM" {
		return false
	}
	preamble := content[:128]
	return len(bytes.Trim(preamble, "\x00")) == 0 ||
		bytes.HasPrefix(preamble, []byte("II*\x00")) || bytes.HasPrefix(preamble, []byte("MM\x00*"))
}

func isText(content []byte) bool {
	if len(content) == 0 || !utf8.Valid(content) || bytes.HasPrefix(content, []byte("#!")) {
		return false
	}
	return !bytes.ContainsFunc(content, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t\f", r)
	})
}

const (
	headBytes = 4 << 10
	tailBytes = 64<<10 + 22 // the end of a zip: its longest comment and the end record
)

// isAmbiguous says that a browser, an interpreter or a zip program could read the content as HTML,
// SVG, a script or an archive.
func isAmbiguous(content []byte) bool {
	head, tail := content[:min(headBytes, len(content))], content[max(0, len(content)-tailBytes):]
	if bytes.Contains(tail, []byte("PK\x05\x06")) {
		return true
	}
	for _, marker := range []string{"<svg", "<?xml-stylesheet", "<?php"} {
		if containsFold(head, marker) {
			return true
		}
	}
	for _, marker := range []string{"<script", "<html", "<!doctype", "<iframe"} {
		if containsFold(content, marker) {
			return true
		}
	}
	return false
}

// readableAsPDF says that some PDF readers would open the content: they search for the start of the
// document in the first kilobytes.
func readableAsPDF(content []byte) bool {
	return containsFold(content[:min(headBytes, len(content))], "%PDF-")
}

// containsFold finds an ASCII marker in any case. Its first character must not be a letter.
func containsFold(content []byte, marker string) bool {
	for rest := content; ; {
		i := bytes.IndexByte(rest, marker[0])
		if i < 0 || len(rest)-i < len(marker) {
			return false
		}
		if bytes.EqualFold(rest[i:i+len(marker)], []byte(marker)) {
			return true
		}
		rest = rest[i+1:]
	}
}
