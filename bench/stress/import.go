package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const importedCodes = 100_000

// importCodes imports codes while the clients work. They stop when it ends.
func importCodes(s *runner) error {
	file := filepath.Join(s.dir, "codes.csv")
	if err := writeCodes(file); err != nil {
		return err
	}
	began := time.Now()
	if output, err := s.server.Run(s.ctx, "import", "codes", file); err != nil {
		s.fail("the import failed: %v: %s", err, output)
	}
	s.finish()
	s.tally.importTook = time.Since(began)
	return nil
}

func writeCodes(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	fmt.Fprintln(out, "code,title")
	for i := range importedCodes {
		fmt.Fprintf(out, "%c%02d.%02d,Condition %d\n", 'A'+rune(i%26), i/26%100, i/2600, i)
	}
	return out.Flush()
}
