package audit

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// reset is what an operator changes in PocketBase's settings, by the path of the
// field, "smtp.host". Of secrets it says only that they changed.
func reset(before, after *core.Settings) (map[string][2]string, error) {
	was, err := flat(before)
	if err != nil {
		return nil, err
	}
	is, err := flat(after)
	if err != nil {
		return nil, err
	}
	changes := map[string][2]string{}
	for path, value := range is {
		if was[path] != value {
			changes[path] = [2]string{was[path], value}
		}
	}
	for path, value := range was {
		if _, there := is[path]; !there {
			changes[path] = [2]string{value, ""}
		}
	}
	for path, pair := range map[string][2]string{
		"smtp.password":     {before.SMTP.Password, after.SMTP.Password},
		"s3.secret":         {before.S3.Secret, after.S3.Secret},
		"backups.s3.secret": {before.Backups.S3.Secret, after.Backups.S3.Secret},
	} {
		delete(changes, path)
		if pair[0] != pair[1] {
			changes[path] = [2]string{"", "(changed)"}
		}
	}
	return changes, nil
}

// flat is the settings as text, by path.
func flat(settings *core.Settings) (map[string]string, error) {
	raw, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	paths := map[string]string{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		if branch, ok := value.(map[string]any); ok {
			for name, below := range branch {
				walk(path+"."+name, below)
			}
			return
		}
		paths[path[1:]] = fmt.Sprint(value)
	}
	walk("", tree)
	return paths, nil
}
