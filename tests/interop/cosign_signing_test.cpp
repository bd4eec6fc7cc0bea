// Our keys, signatures and bundles before real cosign and openssl, and theirs before us.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/file_system.h"
#include "signing/key_file.h"
#include "signing/pem.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"
#include "tests/support/process.h"

namespace waybill::signing {
namespace {

using testing::ProcessResult;

constexpr std::string_view kPassword = "pass phrase";
constexpr std::string_view kMessage = "hello from waybill\n";

class CosignSigning : public ::testing::Test {
 protected:
  std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
  std::string write(std::string_view name, std::string_view bytes) const {
    write_file(path(name), bytes, Overwrite::Yes, 0600);
    return path(name);
  }
  ProcessResult cosign(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "cosign");
    // A home of its own: nothing that the machine's user has configured decides here.
    return testing::run(
        arguments, {.folder = folder_.path().string(),
                    .environment = {{"COSIGN_PASSWORD", std::string(kPassword)}, {"HOME", folder_.path().string()}}});
  }
  PrivateKey read_key(const std::string& file) const {
    return read_private_key(SecretBytes::copy_of(read_file(file)), file,
                            [] { return SecretBytes::copy_of(kPassword); });
  }

  TemporaryFolder folder_;
};

TEST_F(CosignSigning, CosignOpensOurKey) {
  WAYBILL_REQUIRE_PEER("cosign");
  const PrivateKey key = PrivateKey::generate();
  const std::string file = write("our.key", write_cosign_key(key, SecretBytes::copy_of(kPassword)));
  const ProcessResult result = cosign({"public-key", "--key", file});
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_EQ(result.out, key.public_key().pem());
}

TEST_F(CosignSigning, CosignOpensOurKeyInTheOldForm) {
  WAYBILL_REQUIRE_PEER("cosign");
  const PrivateKey key = PrivateKey::generate();
  const std::string file = write("old.key", write_cosign_key(key, SecretBytes::copy_of(kPassword), KeyFileForm::Old));
  const ProcessResult result = cosign({"public-key", "--key", file});
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_EQ(result.out, key.public_key().pem());
}

TEST_F(CosignSigning, WeOpenWhatCosignImportedFromOurPkcs8) {
  WAYBILL_REQUIRE_PEER("cosign");
  const PrivateKey key = PrivateKey::generate();
  const std::string plain = write("plain.pem", write_pem("PRIVATE KEY", key.pkcs8().bytes()));
  const ProcessResult made = cosign({"import-key-pair", "--key", plain, "--output-key-prefix", "theirs"});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  EXPECT_EQ(read_key(path("theirs.key")).public_key(), key.public_key());
}

TEST_F(CosignSigning, WeOpenCosignsKeys) {
  WAYBILL_REQUIRE_PEER("cosign");
  const ProcessResult made = cosign({"generate-key-pair", "--output-key-prefix", "theirs"});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  const PublicKey key = PublicKey::from_pem(read_file(path("theirs.pub")), "theirs.pub");
  EXPECT_EQ(read_key(path("theirs.key")).public_key(), key);
  EXPECT_EQ(key.pem(), read_file(path("theirs.pub")));
}

TEST_F(CosignSigning, CosignAcceptsOurMessageBundleAndNoOther) {
  WAYBILL_REQUIRE_PEER("cosign");
  const PrivateKey key = PrivateKey::generate();
  const std::string artifact = write("file", kMessage);
  const std::string bundle = write("file.sigstore.json", sign_message(key, kMessage));
  const std::string public_key = write("our.pub", key.public_key().pem());
  const std::vector<std::string> command = {
      "verify-blob", "--bundle", bundle, "--key", public_key, "--insecure-ignore-tlog=true", artifact};
  const ProcessResult good = cosign(command);
  EXPECT_EQ(good.exit_status, 0) << good.err;
  EXPECT_NE(good.err.find("Verified OK"), std::string::npos) << good.err;
  write("file", "changed\n");
  EXPECT_NE(cosign(command).exit_status, 0);
  write("file", kMessage);
  write("our.pub", PrivateKey::generate().public_key().pem());
  EXPECT_NE(cosign(command).exit_status, 0);
}

TEST_F(CosignSigning, CosignAcceptsOurAttestation) {
  WAYBILL_REQUIRE_PEER("cosign");
  const PrivateKey key = PrivateKey::generate();
  const std::string artifact = write("file", kMessage);
  const std::string statement =
      attestation_statement(sha256(kMessage), "file", "https://example.com/predicate", Value::map({{"a", 1}}));
  const std::string bundle = write("file.sigstore.json", sign_statement(key, statement));
  const std::string public_key = write("our.pub", key.public_key().pem());
  const ProcessResult result =
      cosign({"verify-blob-attestation", "--bundle", bundle, "--key", public_key, "--insecure-ignore-tlog=true",
              "--type", "https://example.com/predicate", artifact});
  EXPECT_EQ(result.exit_status, 0) << result.err;
}

TEST_F(CosignSigning, WeAcceptCosignsMessageBundle) {
  WAYBILL_REQUIRE_PEER("cosign");
  const PrivateKey key = PrivateKey::generate();
  const std::string file = write("our.key", write_cosign_key(key, SecretBytes::copy_of(kPassword)));
  const std::string artifact = write("file", kMessage);
  ASSERT_EQ(cosign({"signing-config", "create", "--out", path("config.json")}).exit_status, 0);
  const ProcessResult made = cosign({"sign-blob", "--yes", "--key", file, "--signing-config", path("config.json"),
                                     "--bundle", path("bundle.json"), artifact});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  const std::vector<PublicKey> keys = {key.public_key()};
  const std::string bundle = read_file(path("bundle.json"));
  const SignatureResult result = verify_message_bundle(bundle, keys, kMessage);
  EXPECT_TRUE(result.passed) << result.reason << "\n" << bundle;
  EXPECT_EQ(result.key_id, key.public_key().id());
  EXPECT_EQ(parse_bundle(bundle).key_hint, key.public_key().id());
  EXPECT_FALSE(verify_message_bundle(bundle, keys, "changed\n").passed);
}

TEST_F(CosignSigning, BothImportAnRsaKeyAndAcceptWhatTheOtherSignsWithIt) {
  WAYBILL_REQUIRE_PEER("cosign");
  WAYBILL_REQUIRE_PEER("openssl");
  ASSERT_EQ(testing::run({"openssl", "genrsa", "-traditional", "-out", path("rsa.pem"), "3072"}).exit_status, 0);
  const PrivateKey key = read_key(path("rsa.pem"));
  ASSERT_EQ(cosign({"import-key-pair", "--key", path("rsa.pem"), "--output-key-prefix", "theirs"}).exit_status, 0);
  EXPECT_EQ(read_key(path("theirs.key")).public_key(), key.public_key());
  const std::string ours = write("our.key", write_cosign_key(key, SecretBytes::copy_of(kPassword)));
  EXPECT_EQ(cosign({"public-key", "--key", ours}).out, key.public_key().pem());

  const std::string artifact = write("file", kMessage);
  const std::string public_key = write("our.pub", key.public_key().pem());
  const std::string bundle = write("file.sigstore.json", sign_message(key, kMessage));
  const ProcessResult good =
      cosign({"verify-blob", "--bundle", bundle, "--key", public_key, "--insecure-ignore-tlog=true", artifact});
  EXPECT_EQ(good.exit_status, 0) << good.err;

  ASSERT_EQ(cosign({"signing-config", "create", "--out", path("config.json")}).exit_status, 0);
  const ProcessResult made = cosign({"sign-blob", "--yes", "--key", ours, "--signing-config", path("config.json"),
                                     "--bundle", path("theirs.json"), artifact});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  const std::vector<PublicKey> keys = {key.public_key()};
  EXPECT_TRUE(verify_message_bundle(read_file(path("theirs.json")), keys, kMessage).passed);
  EXPECT_FALSE(verify_message_bundle(read_file(path("theirs.json")), keys, "changed\n").passed);
}

TEST_F(CosignSigning, OpensslVerifiesOurSignatureAndWeReadItsKeys) {
  WAYBILL_REQUIRE_PEER("openssl");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", path("k.pem")},
        std::vector<std::string>{"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                                 "-out", path("k.pem")},
        std::vector<std::string>{"openssl", "genrsa", "-traditional", "-out", path("k.pem"), "2048"}}) {
    ASSERT_EQ(testing::run(command).exit_status, 0);
    const PrivateKey key = read_key(path("k.pem"));
    const std::string artifact = write("file", kMessage);
    const std::string public_key = write("k.pub", key.public_key().pem());
    const std::string signature = write("file.sig", key.sign(as_bytes(kMessage)));
    EXPECT_EQ(testing::run({"openssl", "pkey", "-in", path("k.pem"), "-pubout"}).out, key.public_key().pem());
    const ProcessResult result =
        testing::run({"openssl", "dgst", "-sha256", "-verify", public_key, "-signature", signature, artifact});
    EXPECT_EQ(result.out, "Verified OK\n") << result.err;
  }
}

}  // namespace
}  // namespace waybill::signing
