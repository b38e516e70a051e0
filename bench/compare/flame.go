package main

import (
	"fmt"
	"html"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// A flame graph: each box is a function, as wide as its share of the processor time with what it calls, above
// the functions that call it. Boxes of the same function side by side are one.
const (
	flameWidth  = 1200.0
	flameHeight = 16  // of a box
	flameShare  = 1.0 // per cent of the time; narrower boxes are left out
	flameDepth  = 70  // boxes above each other
	letterWidth = 6.2 // of the font
)

// skipped are frames that only pass calls on.
var skipped = regexp.MustCompile(`tools/hook\.|\.func\d+(\.\d+)*$|^runtime\.(goexit|mcall|systemstack)`)

type flame struct {
	value int64
	calls map[string]*flame
}

func (f *flame) call(name string) *flame {
	if f.calls == nil {
		f.calls = map[string]*flame{}
	}
	if f.calls[name] == nil {
		f.calls[name] = &flame{}
	}
	return f.calls[name]
}

// flameOf adds the samples of a processor profile up.
func flameOf(file string) (root *flame, err error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	p, err := profile.Parse(in)
	if err != nil {
		return nil, err
	}
	root = &flame{}
	for _, sample := range p.Sample {
		at, value := root, sample.Value[len(sample.Value)-1]
		at.value += value
		for i := len(sample.Location) - 1; i >= 0; i-- {
			for j := len(sample.Location[i].Line) - 1; j >= 0; j-- {
				function := sample.Location[i].Line[j].Function
				if function == nil || skipped.MatchString(function.Name) {
					continue
				}
				at = at.call(short(function.Name))
				at.value += value
			}
		}
	}
	return root, nil
}

// short is the name of a function without the path of its package.
func short(name string) string {
	name, _, _ = strings.Cut(name, "[")
	return name[strings.LastIndexByte(name, '/')+1:]
}

// writeFlame draws a profile as SVG.
func writeFlame(title, from, to string) error {
	root, err := flameOf(from)
	if err != nil {
		return err
	}
	var boxes strings.Builder
	deepest := 0
	var draw func(f *flame, x float64, depth int)
	draw = func(f *flame, x float64, depth int) {
		deepest = max(deepest, depth)
		if depth >= flameDepth {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(f.calls)) {
			called := f.calls[name]
			share := 100 * float64(called.value) / float64(root.value)
			width := share / 100 * flameWidth
			if share < flameShare {
				continue
			}
			label := name
			if fits := int(width / letterWidth); len(label) > fits {
				label = label[:max(fits-1, 0)]
			}
			fmt.Fprintf(&boxes, `<g transform="translate(%.1f %d)"><title>%s, %.1f %%</title>`+
				`<rect width="%.1f" height="%d" fill="hsl(%d 80%% 70%%)"/><text x="2" y="12">%s</text></g>`+"\n",
				x, -flameHeight*(depth+1), html.EscapeString(name), share, width-0.5, flameHeight-1,
				20+len(name)*7%40, html.EscapeString(label))
			draw(called, x, depth+1)
			x += width
		}
	}
	draw(root, 0, 0)
	height := flameHeight*(deepest+1) + 24
	page := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="monospace" `+
		`font-size="10"><rect width="100%%" height="100%%" fill="#fff"/><text x="4" y="14" font-size="12">%s</text>`+
		`<g transform="translate(0 %d)">`+"\n%s</g></svg>\n", flameWidth, height, html.EscapeString(title), height, boxes.String())
	return os.WriteFile(to, []byte(page), 0o644)
}
