// Refreg is a registry in memory that knows the referrers API, for tests.
//
//	refreg 127.0.0.1:PORT
//
// It prints the address that it listens on and serves until it is ended. Port 0 takes a free one.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, ociserver.New(ocimem.New(), nil))
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: refreg HOST:PORT")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "refreg:", err)
		os.Exit(1)
	}
}
