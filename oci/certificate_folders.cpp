#include "oci/certificate_folders.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"

namespace fs = std::filesystem;

namespace waybill::oci {

std::vector<fs::path> certificate_folders(const CredentialEnvironment& environment) {
  std::vector<fs::path> result;
  const auto variable = [&](const char* name) { return environment.variable(name).value_or(std::string()); };
  if (const std::string config = variable("XDG_CONFIG_HOME"); config.starts_with('/')) {
    result.push_back(fs::path(config) / "containers/certs.d");
  } else if (const std::string home = variable("HOME"); !home.empty()) {
    result.push_back(fs::path(home) / ".config/containers/certs.d");
  }
  result.emplace_back("/etc/containers/certs.d");
  result.emplace_back("/etc/docker/certs.d");
  return result;
}

void add_certificates(const std::string& registry, const std::vector<fs::path>& folders, http::TlsOptions& options) {
  std::error_code problem;
  const auto folder = std::find_if(folders.begin(), folders.end(),
                                   [&](const fs::path& each) { return fs::is_directory(each / registry, problem); });
  if (folder == folders.end()) return;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(*folder / registry, problem), end; entry != end; entry.increment(problem))
    files.push_back(entry->path());
  if (problem) throw system_error(problem.value(), fmt::format("cannot read '{}'", (*folder / registry).string()));
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    if (file.extension() == ".crt") options.ca_files.push_back(file.string());
    if (file.extension() != ".cert" || !options.client_certificate.empty()) continue;
    const fs::path key = fs::path(file).replace_extension(".key");
    if (!fs::exists(key, problem)) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the client certificate '{}' has no key beside it", file.string()))
          .hint(fmt::format("its name would be '{}'", key.filename().string()));
    }
    options.client_certificate = file.string();
    options.client_key = key.string();
  }
}

}  // namespace waybill::oci
