package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errWebP = errors.New("the WebP picture is damaged")

// webpPixels adds up the frames, and is at least the size of the canvas. A file declares the
// canvas apart from the frames, and they need not agree. Other RIFF files, such as sounds,
// have no pixels.
func webpPixels(r *bufio.Reader) (int64, error) {
	var header [12]byte
	if _, err := io.ReadFull(r, header[:]); err != nil || string(header[8:]) != "WEBP" {
		return 0, nil //nolint:nilerr // not a picture
	}
	canvas, frames := int64(0), int64(0)
	for max(canvas, frames) <= MaxPixels {
		var chunk [8]byte
		if n, err := io.ReadFull(r, chunk[:]); err != nil {
			if n == 0 && frames > 0 {
				break
			}
			return 0, errWebP
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		size += size & 1 // padded
		head, err := r.Peek(int(min(size, 16)))
		if err != nil {
			return 0, errWebP
		}
		switch kind := string(chunk[:4]); {
		case kind == "VP8X" && size >= 10:
			canvas = int64(1+side24(head[4:])) * int64(1+side24(head[7:]))
		case kind == "ANMF" && size >= 16:
			size = 16 // the chunks of the frame follow
		case kind == "VP8 " && size >= 10:
			frames += int64(binary.LittleEndian.Uint16(head[6:])&0x3fff) * int64(binary.LittleEndian.Uint16(head[8:])&0x3fff)
		case kind == "VP8L" && size >= 5:
			sides := binary.LittleEndian.Uint32(head[1:])
			frames += int64(1+sides&0x3fff) * int64(1+sides>>14&0x3fff)
		case kind == "VP8X", kind == "ANMF", kind == "VP8 ", kind == "VP8L":
			return 0, errWebP
		}
		if skipped, err := io.CopyN(io.Discard, r, size); err != nil || skipped != size {
			return 0, errWebP
		}
	}
	return max(canvas, frames), nil
}

func side24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
