package audit

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// settingsChanged returns the settings of PocketBase that an operator changed, by path such
// as "smtp.host". Values of passwords are not included.
func settingsChanged(before, after *core.Settings) (map[string][2]string, error) {
	was, is := map[string]string{}, map[string]string{}
	for settings, values := range map[*core.Settings]map[string]string{before: was, after: is} {
		text, err := json.Marshal(settings) // leaves out secrets
		if err != nil {
			return nil, err
		}
		var tree map[string]any
		if err := json.Unmarshal(text, &tree); err != nil {
			return nil, err
		}
		flatten("", tree, values)
	}
	changes := map[string][2]string{}
	for name := range is {
		if was[name] != is[name] {
			changes[name] = [2]string{was[name], is[name]}
		}
	}
	for name, secret := range map[string][2]string{
		"smtp.password":     {before.SMTP.Password, after.SMTP.Password},
		"s3.secret":         {before.S3.Secret, after.S3.Secret},
		"backups.s3.secret": {before.Backups.S3.Secret, after.Backups.S3.Secret},
	} {
		if secret[0] != secret[1] {
			changes[name] = [2]string{"", "(changed)"}
		}
	}
	return changes, nil
}

// flatten collects the values of a JSON tree by their path.
func flatten(path string, tree any, into map[string]string) {
	branches, ok := tree.(map[string]any)
	if !ok {
		into[path] = fmt.Sprint(tree)
		return
	}
	for name, branch := range branches {
		if path != "" {
			name = path + "." + name
		}
		flatten(name, branch, into)
	}
}
