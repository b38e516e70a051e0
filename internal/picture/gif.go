package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errGIF = errors.New("the GIF is damaged")

const (
	gifExtension = 0x21
	gifFrame     = 0x2c
	gifEnd       = 0x3b
)

// gifPixels adds up the frames, and is at least the size of the screen that they are drawn on.
func gifPixels(r *bufio.Reader) (int64, error) {
	var header [13]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return 0, errGIF
	}
	screen, frames := area(header[6:10]), int64(0)
	if err := skipColors(r, header[10]); err != nil {
		return 0, err
	}
	for max(screen, frames) <= MaxPixels {
		kind, err := r.ReadByte()
		if err != nil {
			return 0, errGIF
		}
		switch kind {
		case gifEnd:
			return max(screen, frames), nil
		case gifExtension:
			if _, err := r.Discard(1); err != nil {
				return 0, errGIF
			}
		case gifFrame:
			var frame [9]byte
			if _, err := io.ReadFull(r, frame[:]); err != nil {
				return 0, errGIF
			}
			frames += area(frame[4:8])
			if err := skipColors(r, frame[8]); err != nil {
				return 0, err
			}
			if _, err := r.Discard(1); err != nil { // the code size
				return 0, errGIF
			}
		default:
			return 0, errGIF
		}
		if err := skipBlocks(r); err != nil {
			return 0, err
		}
	}
	return max(screen, frames), nil
}

func area(sides []byte) int64 {
	return int64(binary.LittleEndian.Uint16(sides)) * int64(binary.LittleEndian.Uint16(sides[2:]))
}

// skipColors skips a color table, if the flags say that there is one.
func skipColors(r *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	if _, err := r.Discard(3 << (flags&7 + 1)); err != nil {
		return errGIF
	}
	return nil
}

// skipBlocks skips blocks of data to the empty one that ends them.
func skipBlocks(r *bufio.Reader) error {
	for {
		size, err := r.ReadByte()
		if err != nil {
			return errGIF
		}
		if size == 0 {
			return nil
		}
		if _, err := r.Discard(int(size)); err != nil {
			return errGIF
		}
	}
}
