#include "oci/certificate_folders.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/file_system.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CredentialEnvironment environment(std::map<std::string, std::string> variables) {
  return {[variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          {}};
}

TEST(CertificateFolders, AreThoseOfPodmanAndDocker) {
  EXPECT_THAT(certificate_folders(environment({{"HOME", "/home/me"}})),
              ElementsAre("/home/me/.config/containers/certs.d", "/etc/containers/certs.d", "/etc/docker/certs.d"));
  EXPECT_THAT(certificate_folders(environment({{"HOME", "/home/me"}, {"XDG_CONFIG_HOME", "/config"}})).front(),
              "/config/containers/certs.d");
}

TEST(CertificateFolders, TheFirstThatKnowsTheRegistryCounts) {
  const TemporaryFolder folder;
  const std::vector<fs::path> folders = {folder.path() / "none", folder.path() / "first", folder.path() / "second"};
  for (const char* file : {"first/host:5000/b.crt", "first/host:5000/a.crt", "first/host:5000/me.cert",
                           "first/host:5000/me.key", "first/host:5000/notes.txt", "second/host:5000/c.crt"}) {
    fs::create_directories((folder.path() / file).parent_path());
    write_file(folder.path() / file, "x", Overwrite::No);
  }
  http::TlsOptions options;
  options.ca_files = {"said.pem"};
  add_certificates("host:5000", folders, options);
  const std::string own = (folder.path() / "first/host:5000").string();
  EXPECT_THAT(options.ca_files, ElementsAre("said.pem", own + "/a.crt", own + "/b.crt"));
  EXPECT_EQ(options.client_certificate, own + "/me.cert");
  EXPECT_EQ(options.client_key, own + "/me.key");
  http::TlsOptions other;
  add_certificates("host", folders, other);
  EXPECT_THAT(other.ca_files, IsEmpty());
  fs::remove(folder.path() / "first/host:5000/me.key");
  EXPECT_THROW(add_certificates("host:5000", folders, other), Error);
}

}  // namespace
}  // namespace waybill::oci
