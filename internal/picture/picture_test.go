package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"hospital/internal/picture"
)

// pngOf is a PNG of this size whose data is missing.
func pngOf(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	header = append(header, 16, 2, 0, 0, 0) // 16 bits for each of red, green and blue
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

// jpegOf is the start of a JPEG of this size.
func jpegOf(t *testing.T, width, height uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	content := b.Bytes()
	at := bytes.Index(content, []byte("\xff\xc0")) + 5
	binary.BigEndian.PutUint16(content[at:], height)
	binary.BigEndian.PutUint16(content[at+2:], width)
	return content
}

func gifOf(t *testing.T, side, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 0)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is a chunk of a RIFF file.
func chunk(name string, content ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content))), content...) // #nosec G115 -- small
}

func webpOf(chunks ...[]byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WEBP"), bytes.Join(chunks, nil)...)
}

var (
	largeVP8  = []byte{0, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f} // 16383 x 16383
	smallVP8  = []byte{0, 0, 0, 0x9d, 1, 0x2a, 8, 0, 8, 0}
	largeVP8L = []byte{0x2f, 0xff, 0xff, 0xff, 0x0f, 0} // 16384 x 16384
	smallVP8X = make([]byte, 10)                        // 1 x 1
	largeVP8X = []byte{0, 0, 0, 0, 0xff, 0xff, 0, 0xff, 0xff, 0}
)

func TestLargePicturesAreFound(t *testing.T) {
	t.Parallel()
	frame := append(make([]byte, 16), chunk("VP8L", largeVP8L...)...)
	for name, c := range map[string]struct {
		content []byte
		refused bool
	}{
		"PNG of 40 MP":             {pngOf(8000, 5000), false},
		"PNG above":                {pngOf(8000, 5001), true},
		"PNG of 225 MP":            {pngOf(15_000, 15_000), true},
		"PNG that overflows":       {pngOf(1<<31-1, 1<<31-1), true},
		"PNG without a header":     {[]byte("\x89PNG\r\n\x1a\nIEND"), true},
		"JPEG of 40 MP":            {jpegOf(t, 8000, 5000), false},
		"JPEG of 4 GP":             {jpegOf(t, 65_535, 65_535), true},
		"JPEG without a size":      {[]byte("\xff\xd8\xff\xe0\x00\x02\xff\xd9"), true},
		"GIF":                      {gifOf(t, 100, 3), false},
		"GIF with a large frame":   {gifOf(t, 7000, 1), true},
		"GIF with many frames":     {gifOf(t, 2100, 10), true},
		"GIF that is cut":          {gifOf(t, 100, 3)[:300], true},
		"WebP":                     {webpOf(chunk("VP8 ", smallVP8...)), false},
		"WebP, lossy":              {webpOf(chunk("VP8 ", largeVP8...)), true},
		"WebP, lossless":           {webpOf(chunk("VP8L", largeVP8L...)), true},
		"WebP with a canvas":       {webpOf(chunk("VP8X", largeVP8X...), chunk("VP8 ", smallVP8...)), true},
		"WebP with a false canvas": {webpOf(chunk("VP8X", smallVP8X...), chunk("VP8 ", largeVP8...)), true},
		"WebP, animated":           {webpOf(chunk("VP8X", smallVP8X...), chunk("ANMF", frame...)), true},
		"WebP without a frame":     {webpOf(chunk("EXIF")), true},
		"a sound":                  {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), false},
		"text":                     {[]byte("Dear colleague,"), false},
		"nothing":                  {nil, false},
	} {
		if err := picture.Check(bytes.NewReader(c.content)); (err != nil) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A picture that is let through has at most the size that Go's decoders find.
func FuzzPictures(f *testing.F) {
	var small bytes.Buffer
	_ = png.Encode(&small, image.NewGray(image.Rect(0, 0, 8, 8)))
	for _, seed := range [][]byte{small.Bytes(), pngOf(15_000, 15_000), webpOf(chunk("VP8L", largeVP8L...))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if picture.Check(bytes.NewReader(content)) != nil {
			return
		}
		if c, format, err := image.DecodeConfig(bytes.NewReader(content)); err == nil && c.Width*c.Height > picture.MaxPixels {
			t.Errorf("a %s of %d x %d is let through", format, c.Width, c.Height)
		}
	})
}
