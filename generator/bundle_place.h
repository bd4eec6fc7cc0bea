#pragma once
// Where a bundle lies, as text that ends in YAML and is handed to git, Helm and controllers.
#include <string_view>

namespace waybill {

// Throws InvalidInput for an address or revision with blanks, quotes or braces, one that git would take for an option
// or for a program to run ("--upload-pack=…", "ext::…"), credentials in an address, a path with an oci:// address, and
// a path that is not clean, relative and plain. `path` is the bundle's folder in a git repository; empty: its top.
void check_bundle_place(std::string_view repo_url, std::string_view path, std::string_view revision);

}  // namespace waybill
