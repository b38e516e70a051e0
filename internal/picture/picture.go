// Package picture finds out how large a picture is without decoding it. A file of a megabyte
// can hold a picture that takes gigabytes of memory to show.
package picture

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// MaxPixels is how many pixels a stored picture has at most, all its frames together.
const MaxPixels = 40_000_000

// ErrTooLarge is a picture with more than MaxPixels.
var ErrTooLarge = errors.New("the picture has more than 40 megapixels")

// formats are recognized by their first bytes. Everything else is not a picture.
var formats = []struct {
	magic  string
	pixels func(r *bufio.Reader) (int64, error)
}{
	{"\x89PNG\r\n\x1a\n", config(png.DecodeConfig)},
	{"\xff\xd8\xff", config(jpeg.DecodeConfig)},
	{"GIF8", gifPixels},
	{"RIFF", webpPixels},
}

// Check refuses a picture with more than MaxPixels, and one whose size cannot be read. Any
// other file passes.
func Check(content io.Reader) error {
	r := bufio.NewReader(content)
	for _, f := range formats {
		head, err := r.Peek(len(f.magic))
		if err != nil || !bytes.Equal(head, []byte(f.magic)) {
			continue
		}
		switch pixels, err := f.pixels(r); {
		case err != nil:
			return err
		case pixels > MaxPixels:
			return ErrTooLarge
		}
	}
	return nil
}

// config reads the size that a format of Go's library declares once.
func config(decode func(io.Reader) (image.Config, error)) func(r *bufio.Reader) (int64, error) {
	return func(r *bufio.Reader) (int64, error) {
		c, err := decode(r)
		return int64(c.Width) * int64(c.Height), err
	}
}
