package kit

// Version is the release this binary was built from:
// go build -ldflags "-X hospital/internal/kit.Version=1.2.3".
var Version = "dev"
