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

// A registry that talks only to clients with a certificate of the site's.
class PublishWithCertificate : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("docker-registry");
    WAYBILL_REQUIRE_PEER("openssl");
    place_ = std::make_unique<Workplace>(WAYBILL_PROGRAM);
    for (const std::string authority : {"site", "foreign"}) {
      place_->must({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=" + authority, "-keyout", authority + ".key", "-out", authority + ".crt"});
      issue(authority + "-client", authority, "");
    }
    issue("server", "site", "subjectAltName=IP:127.0.0.1");
    server_ = std::make_unique<RegistryServer>(RegistrySecurity{.certificate = place_->path("server.crt"),
                                                                .key = place_->path("server.key"),
                                                                .client_authority = place_->path("site.crt")});
    folder_ = place_->path("containers/certs.d/" + server_->host());
    std::filesystem::create_directories(folder_);
    std::filesystem::copy(place_->path("site.crt"), folder_ / "ca.crt");
  }
  void issue(const std::string& name, const std::string& authority, const std::string& extension) const {
    place_->must({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key",
                  "-out", name + ".csr"});
    write_file(place_->path(name + ".ext"), extension, Overwrite::Yes);
    place_->must({"openssl", "x509", "-req", "-in", name + ".csr", "-CA", authority + ".crt", "-CAkey",
                  authority + ".key", "-CAcreateserial", "-days", "2", "-extfile", name + ".ext", "-out",
                  name + ".crt"});
  }
  void present(const std::string& name) const {
    std::filesystem::copy(place_->path(name + ".crt"), folder_ / "client.cert");
    std::filesystem::copy(place_->path(name + ".key"), folder_ / "client.key");
  }
  [[nodiscard]] ProcessResult publish() const {
    return place_->waybill(
        {"publish", "--service", "eks", "--key", place_->signing_key(), "--output", server_->target("gpu/bundle:v1")});
  }

  std::unique_ptr<Workplace> place_;
  std::unique_ptr<RegistryServer> server_;
  std::filesystem::path folder_;
};

TEST_F(PublishWithCertificate, GoesThroughWithTheOneInTheFolder) {
  present("site-client");
  const ProcessResult published = publish();
  ASSERT_EQ(published.exit_status, 0) << published.err;
  const std::string target = server_->target("gpu/bundle:v1");
  EXPECT_EQ(place_->waybill({"verify", target, "--key", place_->signer()}).exit_status, 0);
  EXPECT_EQ(place_->waybill({"pull", target, "--output", "oci-layout:back"}).exit_status, 0);
}

TEST_F(PublishWithCertificate, IsDeniedWithoutOneAndSaysSo) {
  const ProcessResult denied = publish();
  EXPECT_EQ(denied.exit_status, 4) << denied.err;
  EXPECT_THAT(denied.err, HasSubstr("certificate"));
  EXPECT_THAT(denied.err, HasSubstr("certs.d"));
}

TEST_F(PublishWithCertificate, IsDeniedWithOneOfAnotherAuthority) {
  present("foreign-client");
  const ProcessResult denied = publish();
  EXPECT_EQ(denied.exit_status, 4) << denied.err;
  EXPECT_THAT(denied.err, HasSubstr("certificate"));
}

TEST_F(PublishWithCertificate, IsNotShownToAServerOfAnotherAuthority) {
  present("site-client");
  std::filesystem::copy(place_->path("foreign.crt"), folder_ / "ca.crt",
                        std::filesystem::copy_options::overwrite_existing);
  const ProcessResult denied = publish();
  EXPECT_EQ(denied.exit_status, 4) << denied.err;
}

TEST_F(PublishWithCertificate, NeedsTheKeyThatBelongsToIt) {
  present("site-client");
  std::filesystem::copy(place_->path("foreign-client.key"), folder_ / "client.key",
                        std::filesystem::copy_options::overwrite_existing);
  const ProcessResult refused = publish();
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.err, HasSubstr("client"));
}

}  // namespace
}  // namespace waybill::testing
