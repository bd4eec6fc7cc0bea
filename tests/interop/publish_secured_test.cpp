// A registry as sites have them: TLS with a certificate of their own, and a password that other tools' files hold.
#include <gmock/gmock.h>

#include "core/bytes.h"
#include "tests/support/published_bundle.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPassword = "registry word";
// bcrypt, the only kind that docker-registry takes
constexpr const char* kPasswords = "robot:$2b$05$abcdefghijklmnopqrstuuAbq9w7rku6RoSOmP0ayYLecrGqgMV7m\n";

class PublishSecured : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("docker-registry");
    WAYBILL_REQUIRE_PEER("openssl");
    place_ = std::make_unique<Workplace>(WAYBILL_PROGRAM);
    place_->must({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=registry",
                  "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "tls.key", "-out", "tls.crt"});
    write_file(place_->path("passwords"), kPasswords, Overwrite::Yes);
    server_ = std::make_unique<RegistryServer>(
        RegistrySecurity{place_->path("tls.crt"), place_->path("tls.key"), place_->path("passwords")});
  }
  [[nodiscard]] std::string reference() const { return server_->host() + "/gpu/bundle:v1"; }
  [[nodiscard]] std::vector<std::string> there() const {
    return {"--output", "oci://" + reference(), "--ca-file", place_->path("tls.crt")};
  }
  [[nodiscard]] ProcessResult publish(const std::vector<std::string>& how) const {
    std::vector<std::string> command{"publish", "--service", "eks", "--key", place_->signing_key()};
    command.insert(command.end(), how.begin(), how.end());
    return place_->waybill(std::move(command));
  }
  // The file that 'docker login' writes.
  void log_in(const std::string& password) const {
    write_file(
        place_->path("config.json"),
        R"({"auths":{")" + server_->host() + R"(":{"auth":")" + to_base64(as_bytes("robot:" + password)) + "\"}}}",
        Overwrite::Yes);
  }

  std::unique_ptr<Workplace> place_;
  std::unique_ptr<RegistryServer> server_;
};

TEST_F(PublishSecured, TakesThePasswordThatOtherToolsStoredAndCosignVerifiesThere) {
  WAYBILL_REQUIRE_PEER("cosign");
  log_in(kPassword);
  const ProcessResult published = publish(there());
  ASSERT_EQ(published.exit_status, 0) << published.err;
  EXPECT_EQ(place_->waybill({"verify", "oci://" + reference(), "--key", place_->signer(), "--ca-file", "tls.crt"})
                .exit_status,
            0);
  for (const char* form : {"--new-bundle-format=true", "--new-bundle-format=false"}) {
    const ProcessResult result =
        place_->cosign("verify", place_->signer(), {form, "--allow-insecure-registry", reference()});
    EXPECT_EQ(result.exit_status, 0) << result.err;
  }
}

TEST_F(PublishSecured, ReadsWhatOrasLoginStored) {
  WAYBILL_REQUIRE_PEER("oras");
  place_->must({"oras", "login", "--ca-file", "tls.crt", "--username", "robot", "--password-stdin", server_->host()},
               kPassword);
  const ProcessResult published = publish(there());
  EXPECT_EQ(published.exit_status, 0) << published.err;
}

TEST_F(PublishSecured, DeniesAWrongPasswordWithoutShowingIt) {
  log_in("another-word");
  const ProcessResult published = publish(there());
  EXPECT_EQ(published.exit_status, 4) << published.err;
  EXPECT_THAT(published.err, HasSubstr(server_->host()));
  EXPECT_THAT(published.out + published.err, Not(HasSubstr("another-word")));
}

TEST_F(PublishSecured, DeniesNobody) { EXPECT_EQ(publish(there()).exit_status, 4); }

TEST_F(PublishSecured, DoesNotTrustACertificateThatNobodyNamed) {
  log_in(kPassword);
  place_->must({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other",
                "-keyout", "other.key", "-out", "other.crt"});
  const ProcessResult published = publish({"--output", "oci://" + reference(), "--ca-file", place_->path("other.crt")});
  EXPECT_EQ(published.exit_status, 4) << published.err;
}

// The folder in which podman finds certificates for this registry.
TEST_F(PublishSecured, TrustsTheCertificateThatLiesWherePodmanLooks) {
  log_in(kPassword);
  const std::filesystem::path folder = place_->path("containers/certs.d/" + server_->host());
  std::filesystem::create_directories(folder);
  std::filesystem::copy(place_->path("tls.crt"), folder / "ca.crt");
  const ProcessResult published = publish({"--output", "oci://" + reference()});
  EXPECT_EQ(published.exit_status, 0) << published.err;
}

TEST_F(PublishSecured, WarnsWhenToldNotToVerifyTheCertificate) {
  log_in(kPassword);
  const ProcessResult published = publish({"--output", "oci://" + reference(), "--insecure-tls"});
  EXPECT_EQ(published.exit_status, 0) << published.err;
  EXPECT_THAT(published.err, HasSubstr("not verified"));
}

}  // namespace
}  // namespace waybill::testing
