#include "signing/key_file.h"

#include <gtest/gtest.h>

#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/pem.h"
#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

AskPassword password(std::string_view text) {
  return [text] { return SecretBytes::copy_of(text); };
}
SecretBytes never() { throw Error(ErrorCode::Internal, "nobody may ask for a password here"); }

PrivateKey read(std::string_view pem, const AskPassword& ask) {
  return read_private_key(SecretBytes::copy_of(pem), "k.key", ask);
}

// The vector with one member of its JSON replaced.
std::string changed(const std::vector<std::string>& path, Value value) {
  const PemBlock block = parse_pem(vectors::kEncryptedPem, "k.key");
  Value document = json::parse(block.body.view(), "k.key");
  Value* member = &document;
  for (const std::string& name : path)
    member = &member->set(name, member->find(name) != nullptr ? *member->find(name) : Value());
  *member = std::move(value);
  return write_pem(block.type, as_bytes(json::write(document)));
}
std::string refusal_of(const std::string& pem) {
  return refusal([&] { return read(pem, never); });
}

TEST(ReadPrivateKey, OpensAnEncryptedKey) {
  EXPECT_EQ(read(vectors::kEncryptedPem, password("correct horse")).public_key(), vectors::public_key());
}

TEST(ReadPrivateKey, DeniesAWrongPassword) {
  for (const std::string_view wrong : {"", "correct horse\n", "Correct horse"}) {
    EXPECT_EQ(refusal([&] { return read(vectors::kEncryptedPem, password(wrong)); }, ErrorCode::Denied),
              "wrong password for the key 'k.key'");
  }
}

TEST(ReadPrivateKey, ReadsPlainKeysWithoutAPassword) {
  EXPECT_EQ(read(write_pem("PRIVATE KEY", vectors::pkcs8().bytes()), never).public_key(), vectors::public_key());
  const std::string sec1 = write_pem("EC PRIVATE KEY", vectors::sec1().bytes());
  EXPECT_EQ(read(sec1, never).public_key(), vectors::public_key());
  const std::string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  EXPECT_EQ(read(parameters + sec1, never).public_key(), vectors::public_key());
}

TEST(ReadPrivateKey, TakesOnlyTheThreeWorkFactorsOfCosign) {
  for (const int n : {0, 1, 16384, 65535, 262144, 1 << 30}) {
    EXPECT_EQ(refusal_of(changed({"kdf", "params", "N"}, n)),
              "'k.key' is not a usable key: its scrypt parameters are none of the three that cosign uses");
  }
  EXPECT_NE(refusal_of(changed({"kdf", "params", "r"}, 16)), "accepted");
  EXPECT_NE(refusal_of(changed({"kdf", "params", "p"}, 2)), "accepted");
}

TEST(ReadPrivateKey, RefusesChangedFieldsBeforeItAsks) {
  EXPECT_EQ(refusal_of(changed({"kdf", "name"}, "argon2")),
            "'k.key' is not a usable key: its password function is not scrypt");
  EXPECT_EQ(refusal_of(changed({"cipher", "name"}, "aes")),
            "'k.key' is not a usable key: its cipher is not nacl/secretbox");
  EXPECT_EQ(refusal_of(changed({"kdf", "salt"}, "AAAA")), "'k.key' is not a usable key: its salt is not 32 bytes long");
  EXPECT_EQ(refusal_of(changed({"cipher", "nonce"}, "AAAA")),
            "'k.key' is not a usable key: its nonce is not 24 bytes long");
  EXPECT_EQ(refusal_of(changed({"ciphertext"}, "AAAA")),
            "'k.key' is not a usable key: its encrypted content has an impossible size");
  EXPECT_EQ(refusal_of(changed({"ciphertext"}, "not base64")), "'ciphertext' of the encrypted key is not base64");
  EXPECT_EQ(refusal_of(changed({"kdf", "more"}, 1)), "'kdf' has an unknown member 'more'");
}

TEST(ReadPrivateKey, RefusesOtherFilesWithAReason) {
  EXPECT_NE(refusal_of("").find("it does not begin with a BEGIN line"), std::string::npos);
  EXPECT_EQ(refusal_of(std::string(vectors::kPublicPem)),
            "'k.key' is not a usable key: it holds a 'PUBLIC KEY', expected a private key");
  EXPECT_EQ(refusal_of(write_pem("ENCRYPTED PRIVATE KEY", as_bytes("0"))),
            "'k.key' is an encrypted PKCS#8 file, which is not supported");
}

TEST(ReadPrivateKey, NamesNoByteOfTheKey) {
  const std::string pem = write_pem("PRIVATE KEY", Bytes(vectors::pkcs8().bytes()).first(100));
  const std::string message = refusal_of(pem);
  EXPECT_EQ(message, "'k.key' is not a usable key: no readable PKCS#8 structure");
}

TEST(WriteCosignKey, GivesAFileThatTheSamePasswordOpens) {
  const PrivateKey key = PrivateKey::generate();
  for (const std::string_view text : {"", "a long pass phrase, with ümlauts"}) {
    const std::string file = write_cosign_key(key, SecretBytes::copy_of(text));
    EXPECT_EQ(first_pem_type(file), "ENCRYPTED SIGSTORE PRIVATE KEY");
    EXPECT_EQ(read(file, password(text)).public_key(), key.public_key());
    EXPECT_NE(refusal([&] { return read(file, password("other")); }, ErrorCode::Denied), "accepted");
  }
}

TEST(WriteCosignKey, HasCosignsMembersInCosignsOrder) {
  const PemBlock block = parse_pem(write_cosign_key(PrivateKey::generate(), SecretBytes::copy_of("x")), "k");
  const std::string_view text = block.body.view();
  EXPECT_TRUE(text.starts_with(R"({"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":")")) << text;
  EXPECT_NE(text.find(R"("},"cipher":{"name":"nacl/secretbox","nonce":")"), std::string_view::npos);
}

TEST(WriteCosignKey, HasAnOldFormThatTheSamePasswordOpens) {
  const PrivateKey key = PrivateKey::generate();
  const std::string file = write_cosign_key(key, SecretBytes::copy_of("pass"), KeyFileForm::Old);
  EXPECT_TRUE(file.starts_with("-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n"));
  EXPECT_TRUE(is_cosign_key(file));
  const PrivateKey read =
      read_private_key(SecretBytes::copy_of(file), "old.key", [] { return SecretBytes::copy_of("pass"); });
  EXPECT_EQ(read.public_key(), key.public_key());
}

TEST(KeyFileKind, TellsPublicFromPrivate) {
  EXPECT_EQ(key_file_kind(vectors::kPublicPem), KeyFileKind::Public);
  EXPECT_EQ(key_file_kind(vectors::kEncryptedPem), KeyFileKind::Private);
  EXPECT_EQ(key_file_kind("-----BEGIN EC PARAMETERS-----\n"), KeyFileKind::Private);
  EXPECT_EQ(key_file_kind("-----BEGIN CERTIFICATE-----\n"), KeyFileKind::Neither);
  EXPECT_EQ(key_file_kind(""), KeyFileKind::Neither);
}

}  // namespace
}  // namespace waybill::signing
