// The Gitea server and its administration commands, as a peer of the tests: a forge with an API, git over http and ssh,
// branch protection and pull requests. Gitea's own main package cannot be installed from the module proxy (it embeds a
// built front end that the module lacks); this is the same without web pages.
package main

import (
	"fmt"
	"os"
	"time"

	"code.gitea.io/gitea/cmd"
	"code.gitea.io/gitea/modules/log"
	"code.gitea.io/gitea/modules/setting"
)

const version = "1.26.4"

func main() {
	setting.AppVer, setting.AppStartTime = version, time.Now()
	failure := cmd.RunMainApp(cmd.NewMainApp(cmd.AppVersion{Version: version}), os.Args...)
	log.GetManager().Close()
	if failure != nil {
		fmt.Fprintln(os.Stderr, failure)
		os.Exit(1)
	}
}
