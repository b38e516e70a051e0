package clinical

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

// fileType is a kind of file that the hospital keeps, known by its content alone.
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

// detectFileType finds what a file is. What could be taken for something else as well is
// nothing that the hospital keeps.
func detectFileType(content []byte) (fileType, bool) {
	for _, kind := range fileTypes {
		if kind.matches(content) {
			return kind, !ambiguous(content) && (kind.extension == ".pdf" || !readableAsPDF(content))
		}
	}
	return fileType{}, false
}

func isPDF(content []byte) bool {
	end := bytes.TrimRight(content, "\x00\t\n\f\r ")
	return bytes.HasPrefix(content, []byte("%PDF-")) && bytes.HasSuffix(end, []byte("%%EOF"))
}

// isPNG goes from chunk to chunk: nothing may follow the last.
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

// isDICOM wants the preamble empty, or that of a TIFF, which some scanners write;
// it is where a program would stand.
func isDICOM(content []byte) bool {
	if len(content) < 132 || string(content[128:132]) != "DICM" {
		return false
	}
	preamble := content[:128]
	return len(bytes.Trim(preamble, "\x00")) == 0 || bytes.HasPrefix(preamble, []byte("II*\x00")) || bytes.HasPrefix(preamble, []byte("MM\x00*"))
}

func isText(content []byte) bool {
	if len(content) == 0 || !utf8.Valid(content) || bytes.HasPrefix(content, []byte("#!")) {
		return false
	}
	return !bytes.ContainsFunc(content, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' && r != '\f' })
}

const (
	headBytes = 4 << 10
	tailBytes = 64<<10 + 22 // where the directory of a zip ends
)

// ambiguous says that a browser, a shell or an unzipper could take a file for
// something of theirs.
func ambiguous(content []byte) bool {
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

// readableAsPDF says that some readers would open a file as PDF, which look for its
// beginning further on.
func readableAsPDF(content []byte) bool {
	return containsFold(content[:min(headBytes, len(content))], "%PDF-")
}

// containsFold finds an ASCII marker that begins with a sign, in any case.
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
