#pragma once
// Writes what oci/credentials.h reads: an entry in Docker's config.json or containers' auth.json, or in the key ring of
// a credential helper that such a file names for the registry.
#include <string>
#include <vector>

#include "oci/credentials.h"

namespace waybill::oci {

struct StoredCredentials {
  std::string place;       // the file, or "docker-credential-NAME"
  bool encrypted = false;  // by a helper
};

// Into REGISTRY_AUTH_FILE where it is set, else the first file that says something of this registry, else the first
// that is there, else Docker's. The file is replaced as a whole, readable by its owner alone, and keeps every member
// that is not this registry's entry. Throws InvalidInput, naming the file, when it cannot be understood, and Denied
// when a helper fails.
StoredCredentials store_credentials(const std::string& registry, const Credentials& credentials,
                                    const CredentialEnvironment& environment);

// From every file and helper that has some; the places, none when there were none.
std::vector<std::string> erase_credentials(const std::string& registry, const CredentialEnvironment& environment);

}  // namespace waybill::oci
