package server_test

import (
	"bytes"
	endian "encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	_ "hospital/migrations"
)

// bomb is a PNG with 15,000 x 15,000 pixels of 16 bits, without its data.
func bomb() []byte {
	part := func(name string, content []byte) []byte {
		out := endian.BigEndian.AppendUint32(nil, uint32(len(content))) // #nosec G115 -- small
		out = append(append(out, name...), content...)
		return endian.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	header := endian.BigEndian.AppendUint32(endian.BigEndian.AppendUint32(nil, 15_000), 15_000)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), part("IHDR", append(header, 16, 2, 0, 0, 0)),
		part("IDAT", nil), part("IEND", nil)}, nil)
}

func smallPNG() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))
	return b.Bytes()
}

func TestPicturesThatTakeTooMuchMemoryAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var frames bytes.Buffer
	if err := gif.Encode(&frames, image.NewGray(image.Rect(0, 0, 7_000, 7_000)), nil); err != nil {
		t.Fatal(err)
	}
	upload := func(content []byte) hospitaltest.Response {
		return h.As("patient1").Create("documents", hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "kind": "other",
			"title": "Picture", "file": hospitaltest.File{Name: "a.png", Content: content}})
	}
	for _, content := range [][]byte{bomb(), frames.Bytes()} {
		if answer := upload(content); answer.Status != http.StatusBadRequest || answer.Code("file") != "picture_size" {
			t.Errorf("answered %d %s", answer.Status, answer.Raw)
		}
	}
	upload(smallPNG()).OK(t)

	logos := core.NewBaseCollection("logos") // a collection that no module declares
	logos.Fields.Add(&core.FileField{Name: "logo", MaxSelect: 3})
	if err := h.App.Save(logos); err != nil {
		t.Fatal(err)
	}
	operator := h.Operator()
	logo := func(content []byte) hospitaltest.Body {
		return hospitaltest.Body{"logo": hospitaltest.File{Name: "logo.webp", Content: content}}
	}
	made := operator.Create("logos", logo(smallPNG())).OK(t).ID()
	for what, answer := range map[string]hospitaltest.Response{
		"create": operator.Create("logos", logo(bomb())), "update": operator.Update("logos", made, logo(bomb())),
	} {
		if answer.Status != http.StatusBadRequest || answer.Code("logo") != "picture_size" {
			t.Errorf("%s answered %d %s", what, answer.Status, answer.Raw)
		}
	}
}

// TestThumbnailsAreNotMade asks for one of a picture, also of one that was stored before
// pictures were checked.
func TestThumbnailsAreNotMade(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	photos := core.NewBaseCollection("photos")
	photos.Fields.Add(&core.FileField{Name: "photo", MaxSelect: 1, MaxSize: 1 << 20, Thumbs: []string{"50x50"}})
	if err := h.App.Save(photos); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"small.png": smallPNG(), "bomb.png": bomb()} {
		file, err := filesystem.NewFileFromBytes(smallPNG(), name)
		if err != nil {
			t.Fatal(err)
		}
		record := core.NewRecord(photos)
		record.Set("photo", file)
		if err := h.App.Save(record); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(h.App.DataDir(), "storage", record.BaseFilesPath())
		stored := record.GetString("photo")
		if err := os.WriteFile(filepath.Join(dir, stored), content, 0o600); err != nil { // #nosec G703 -- of this test
			t.Fatal(err)
		}
		for _, query := range []string{"?thumb=100x100", "?thumb=50x50", "?a=b&thumb=50x50&thumb=100x100", "?%74humb=50x50"} {
			answer := h.As("guest").SkipContract().Do(http.MethodGet,
				"/api/files/photos/"+record.Id+"/"+stored+query, nil).OK(t)
			if !bytes.Equal(answer.Raw, content) {
				t.Errorf("%s%s is not the file", name, query)
			}
		}
		if made, _ := filepath.Glob(filepath.Join(dir, "thumbs_*")); len(made) > 0 {
			t.Errorf("thumbnails were made: %v", made)
		}
	}
}

func TestTheReserveOfTheDiskIsKeptForTheDatabase(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	patient := h.As("patient1")
	upload := func() hospitaltest.Response {
		return patient.Create("documents", hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "kind": "other",
			"title": "Letter", "file": hospitaltest.File{Name: "a.txt", Content: []byte("Dear colleague,")}})
	}
	logs := func() (n int) {
		if err := h.App.AuxSave(&core.Log{Message: "GET /", Level: 0, BaseModel: core.BaseModel{Id: core.GenerateDefaultRandomId()},
			Data: map[string]any{}}); err != nil {
			t.Fatal(err)
		}
		if err := h.App.LogQuery().Select("COUNT(*)").Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	h.FreeSpace(1 << 30) // the reserve
	upload().OK(t)
	before := logs()

	h.FreeSpace(1<<30 - 1)
	answer := upload()
	if answer.Status != http.StatusServiceUnavailable || answer.Code("file") != "disk_full" ||
		answer.Header.Get("Retry-After") == "" {
		t.Errorf("an upload answered %d %s", answer.Status, answer.Raw)
	}
	if after := logs(); after != before {
		t.Errorf("%d requests were logged", after-before)
	}
	slot := time.Now().UTC().Truncate(24 * time.Hour).Add(200 * 24 * time.Hour)
	patient.Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr1"),
		"starts": kit.FormatInstant(slot)}).OK(t) // bookings go on

	h.FreeSpace(1 << 40)
	upload().OK(t)
	if after := logs(); after != before+1 {
		t.Errorf("%d requests were logged", after-before)
	}
}
