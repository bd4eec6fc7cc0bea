#pragma once
// The folders in which administrators of docker and of podman lay certificates for one registry
// (containers-certs.d(5)): HOST[:PORT]/*.crt are authorities, *.cert with *.key of the same name the client's own.
#include <filesystem>
#include <string>
#include <vector>

#include "core/http/client.h"
#include "oci/credentials.h"

namespace waybill::oci {

// ${XDG_CONFIG_HOME:-~/.config}/containers/certs.d, /etc/containers/certs.d, /etc/docker/certs.d: the first one that
// knows the registry counts, as for podman.
[[nodiscard]] std::vector<std::filesystem::path> certificate_folders(const CredentialEnvironment& environment);

// Adds what the first folder with a subfolder of the registry's name holds. A client certificate that is set already
// stays. InvalidInput when a *.cert lies there without its *.key.
void add_certificates(const std::string& registry, const std::vector<std::filesystem::path>& folders,
                      http::TlsOptions& options);

}  // namespace waybill::oci
