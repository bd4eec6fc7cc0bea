// Keys: made, imported, exported, in files, in the environment and in a token.
#include "tests/functional/support/workspace.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Environment kPassword{{"WAYBILL_PASSWORD", "pass phrase"}};
constexpr const char* kSoftHsm = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* kEngine = "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so";

class Keys : public Workspace {
 protected:
  void openssl(Words words) const {
    words.insert(words.begin(), "openssl");
    const ProcessResult done = execute(words);
    ASSERT_EQ(done.exit_status, 0) << done.err;
  }
  // The public half as openssl sees it.
  [[nodiscard]] std::string public_half(const std::string& file) const {
    return execute({"openssl", "pkey", "-in", file, "-pubout"}).out;
  }
  [[nodiscard]] ProcessResult import(const std::string& file, const std::string& input = {}) const {
    return waybill({"key", "import", file, "--output-prefix", "imported", "--force"}, kPassword, input);
  }
  void write(const std::string& name, std::string_view text) const { write_file(path(name), text, Overwrite::Yes); }
};

TEST_F(Keys, Pkcs8Sec1AndPkcs1AreImportedAndSign) {
  openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "pkcs8.pem"});
  openssl({"ec", "-in", "pkcs8.pem", "-out", "sec1.pem"});
  openssl({"ecparam", "-name", "prime256v1", "-genkey", "-out", "with-parameters.pem"});
  write("file", "content");
  openssl({"genrsa", "-traditional", "-out", "pkcs1.pem", "2048"});
  openssl({"genrsa", "-out", "rsa.pem", "3072"});
  for (const std::string file : {"pkcs8.pem", "sec1.pem", "with-parameters.pem", "pkcs1.pem", "rsa.pem"}) {
    ASSERT_THAT(import(file), Exited(0)) << file;
    EXPECT_EQ(read_file(path("imported.pub")), public_half(file));
    EXPECT_THAT(read_file(path("imported.key")), StartsWith("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    EXPECT_EQ(std::filesystem::status(path("imported.key")).permissions(), std::filesystem::perms(0600));
    ASSERT_THAT(waybill({"sign", "file", "--key", "imported.key", "--force"}, kPassword), Exited(0));
    EXPECT_THAT(waybill({"verify", "file", "--key", "imported.pub"}), Exited(0));
  }
  ASSERT_THAT(import("-", read_file(path("sec1.pem"))), Exited(0));
  EXPECT_EQ(read_file(path("imported.pub")), public_half("sec1.pem"));
}

TEST_F(Keys, WhatCannotSignIsRefusedByName) {
  openssl({"genrsa", "-traditional", "-out", "small.pem", "1024"});
  openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "p384.pem"});
  openssl({"genpkey", "-algorithm", "ED25519", "-out", "ed25519.pem"});
  openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:p", "-out",
           "encrypted.pem"});
  ASSERT_THAT(waybill({"keygen", "--output-prefix", "k"}, kPassword), Exited(0));
  write("empty.pem", "");
  const std::vector<std::pair<std::string, std::string>> refusals = {
      {"small.pem", "it is an RSA key of 1024 bits, expected 2048 to 16384"},
      {"p384.pem", "it lies on secp384r1, expected P-256"},
      {"ed25519.pem", "its kind is ED25519, expected ECDSA P-256 or RSA"},
      {"encrypted.pem", "is an encrypted PKCS#8 file, which is not supported"},
      {"k.key", "is an encrypted key file already"},
      {"k.pub", "is a public key"},
      {"empty.pem", "it does not begin with a BEGIN line"},
  };
  for (const auto& [file, reason] : refusals) {
    const ProcessResult done = import(file);
    EXPECT_THAT(done, Exited(2)) << file;
    EXPECT_THAT(done.err, HasSubstr(reason));
  }
  EXPECT_THAT(import("missing.pem"), Exited(3));
  EXPECT_FALSE(std::filesystem::exists(path("imported.key")));
}

TEST_F(Keys, TheOldFormIsReadLikeTheNewOne) {
  ASSERT_THAT(waybill({"keygen", "--output-prefix", "old", "--compat"}, kPassword), Exited(0));
  EXPECT_THAT(read_file(path("old.key")), StartsWith("-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n"));
  EXPECT_EQ(waybill({"key", "public", "--key", "old.key"}, kPassword).out, read_file(path("old.pub")));
  EXPECT_THAT(waybill({"key", "public", "--key", "old.key"}, {{"WAYBILL_PASSWORD", "wrong"}}), Exited(4));
}

TEST_F(Keys, ThePublicHalfComesFromAnyKey) {
  ASSERT_THAT(waybill({"keygen", "--output-prefix", "k"}, kPassword), Exited(0));
  const std::string expected = read_file(path("k.pub"));
  EXPECT_EQ(waybill({"key", "public", "--key", "k.pub"}).out, expected);
  EXPECT_EQ(waybill({"key", "public", "--key", "env://KEY"},
                    {{"KEY", read_file(path("k.key"))}, {"COSIGN_PASSWORD", "pass phrase"}})
                .out,
            expected);
  ASSERT_THAT(waybill({"key", "public", "--key", "k.pub", "--output", "copy.pub"}), Exited(0));
  EXPECT_EQ(read_file(path("copy.pub")), expected);
  EXPECT_EQ(at(waybill_json({"key", "public", "--key", "k.pub"}), "publicKey").as_string(), expected);
  EXPECT_THAT(waybill({"key", "public"}).err, HasSubstr("no key given"));
}

// A SoftHSM token in the workspace, its PIN in a file.
class Token : public Keys {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE("token", "softhsm2 and libengine-pkcs11-openssl",
                    !find_program("softhsm2-util").empty() && std::filesystem::exists(kSoftHsm) &&
                        std::filesystem::exists(kEngine));
    std::filesystem::create_directory(path("tokens"));
    write("softhsm2.conf", "directories.tokendir = " + path("tokens") + "\n");
    write("pin", "4711-geheim\n");
    openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.pem"});
    softhsm({"--init-token", "--free", "--label", "site", "--pin", "4711-geheim", "--so-pin", "0815-geheim"});
    softhsm({"--import", "k.pem", "--token", "site", "--label", "signing", "--id", "a1", "--pin", "4711-geheim"});
  }
  void softhsm(Words words) const {
    words.insert(words.begin(), "softhsm2-util");
    const ProcessResult done = execute(words, environment());
    ASSERT_EQ(done.exit_status, 0) << done.out << done.err;
  }
  [[nodiscard]] Environment environment() const {
    return {{"SOFTHSM2_CONF", path("softhsm2.conf")}, {"PKCS11_MODULE_PATH", kSoftHsm}};
  }
  static constexpr const char* kUri = "pkcs11:token=site;object=signing";
};

TEST_F(Token, SignsWithoutGivingTheKeyAway) {
  write("file", "content");
  const ProcessResult done = waybill({"sign", "file", "--key", kUri, "--password-file", "pin"}, environment());
  ASSERT_THAT(done, Exited(0)) << done.err;
  const ProcessResult shown = waybill({"key", "public", "--key", kUri, "--password-file", "pin"}, environment());
  ASSERT_THAT(shown, Exited(0)) << shown.err;
  EXPECT_EQ(shown.out, public_half("k.pem"));
  write("k.pub", shown.out);
  EXPECT_THAT(waybill({"verify", "file", "--key", "k.pub"}), Exited(0));
}

TEST_F(Token, ThePinComesFromAFileOrTheEnvironmentAndNotFromTheUri) {
  const Words command{"key", "public", "--key"};
  Environment with_pin = environment();
  with_pin["WAYBILL_PASSWORD"] = "4711-geheim";
  EXPECT_THAT(waybill(joined(command, {kUri}), with_pin), Exited(0));
  EXPECT_THAT(waybill(joined(command, {std::string(kUri) + "?pin-source=file:pin"}), environment()), Exited(0));
  EXPECT_THAT(waybill(joined(command, {std::string(kUri) + "?pin-source=file:pin&module-path=" + kSoftHsm}),
                      {{"SOFTHSM2_CONF", path("softhsm2.conf")}}),
              Exited(0));
  const ProcessResult told = waybill(joined(command, {std::string(kUri) + "?pin-value=4711-geheim"}), environment());
  EXPECT_THAT(told, Exited(2));
  EXPECT_THAT(told.err, AllOf(HasSubstr("holds a PIN"), HasSubstr("pin-source=file:PATH"), Not(HasSubstr("4711"))));
  EXPECT_THAT(waybill(joined(command, {std::string(kUri) + "?pin-source=http://pin"}), environment()).err,
              HasSubstr("pin-source that is not file:PATH"));
}

TEST_F(Token, WhatIsNotThereIsSaidWithoutThePin) {
  Environment wrong = environment();
  wrong["WAYBILL_PASSWORD"] = "9999-falsch";
  const ProcessResult denied = waybill({"-vv", "key", "public", "--key", kUri}, wrong);
  EXPECT_THAT(denied, Exited(3));
  EXPECT_THAT(denied.err, AllOf(HasSubstr("the PIN is wrong"), Not(HasSubstr("9999-falsch"))));
  wrong["WAYBILL_PASSWORD"] = "4711-geheim";
  EXPECT_THAT(waybill({"key", "public", "--key", "pkcs11:token=site;object=other"}, wrong), Exited(3));
  wrong["PKCS11_MODULE_PATH"] = "/nonexistent.so";
  EXPECT_THAT(waybill({"key", "public", "--key", kUri}, wrong), Not(Exited(0)));
}

TEST_F(Token, SignsWithAnRsaKey) {
  openssl({"genrsa", "-out", "rsa.pem", "2048"});
  softhsm({"--import", "rsa.pem", "--token", "site", "--label", "rsa", "--id", "a2", "--pin", "4711-geheim"});
  write("file", "content");
  write("rsa.pub", public_half("rsa.pem"));
  const Words key = {"--key", "pkcs11:token=site;object=rsa", "--password-file", "pin"};
  ASSERT_THAT(waybill(joined({"key", "public", "--output", "token.pub"}, key), environment()), Exited(0));
  EXPECT_EQ(read_file(path("token.pub")), public_half("rsa.pem"));
  ASSERT_THAT(waybill(joined({"sign", "file"}, key), environment()), Exited(0));
  EXPECT_THAT(waybill({"verify", "file", "--key", "rsa.pub"}), Exited(0));
}

}  // namespace
}  // namespace waybill::testing
