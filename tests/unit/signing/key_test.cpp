#include "signing/key.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

std::string pem_of(std::string_view base64) {
  return "-----BEGIN PUBLIC KEY-----\n" + std::string(base64) + "\n-----END PUBLIC KEY-----\n";
}
std::string refusal_of(std::string_view base64) {
  return refusal([&] { return PublicKey::from_pem(pem_of(base64), "k.pub"); });
}

constexpr std::string_view kRsa2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5ya26NjYuJR+BFll0l1qGng1+8sofvY75fxR5w027X8sDvEiOkHQ/nFY4Z3JrWBNt9FY"
    "jlILgxBRgUR9GXfmyabLsQjArLz9jGU/vSUqIYD40LIbk7w3LApEI7TCiO0lRwmyq9dnbBRNDOwWfwo9yQa6IikNdnNzqLeIS6P+ctgrAAic828D"
    "16fegehGLG8PCVNqcbcVKioswCOpFZuDNe+7ZRirTfWaM6/cRG2+h46n2LWF3oJ2CwRQEJVcoE6HtvJI4ltNtjUH1390OVd/10FbMrQOsgrMmdGs"
    "xB7h4wVAfM7IZHjzeGoMKD8HJGjvYFF8GGd9ovkA0VQZyX0lYQIDAQAB";
constexpr std::string_view kRsaSignatureOfHello =
    "UepQZ2OIRjm0zP6Q143D4aVgVlepAFg0y2thrgh9T9FKdDo1pl6ZDn+XZAHjlIbBOx3jNSi5iWnxapuZVgafzQ617ZJTIV5SEABeveaAQI1oT/ER"
    "ijy1uv056ZByhSPQb5nvT8yZ2RnQmw1dVMss0NVKMr4FVpb15+oi7gXpKti/CdqHtP2nlia6PW8ftiQNLo497Ambfai4/nOyjZrPABt3/6Zg/gWU"
    "kO3Xhm5Kdv+PAEPZnLvpvH7aT9I2YWZVvFCABaDnNUJzHf52cGSBQ/67i/8pLdtVWuHNibT5ihFXpMUaESOUEr5P+BQnAXy8FLxLnaB1+0oNAYlc"
    "xUtzIw==";

TEST(PublicKey, HasTheKnownIdAndPem) {
  const PublicKey key = vectors::public_key();
  EXPECT_EQ(key.kind(), KeyKind::EcdsaP256);
  EXPECT_EQ(key.spki().size(), 91U);
  EXPECT_EQ(sha256(key.spki()).hex(), vectors::kSpkiDigest);
  EXPECT_EQ(key.id(), vectors::kKeyId);
  EXPECT_EQ(key.pem(), vectors::kPublicPem);
  EXPECT_EQ(key, PublicKey::from_spki(as_bytes(key.spki()), "copy"));
  EXPECT_NE(key, vectors::other_key());
}

TEST(PublicKey, VerifiesDeterministicSignaturesOfAnotherImplementation) {
  EXPECT_TRUE(vectors::public_key().verify(as_bytes("hello\n"), vectors::decoded(vectors::kMessageSignature)));
}

TEST(PublicKey, RefusesEveryFlippedBitAndEveryCut) {
  const PublicKey key = vectors::public_key();
  const std::string signature = vectors::decoded(vectors::kMessageSignature);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string flipped = signature;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(key.verify(as_bytes("hello\n"), flipped)) << i;
    EXPECT_FALSE(key.verify(as_bytes("hello\n"), signature.substr(0, i))) << i;
  }
  EXPECT_FALSE(key.verify(as_bytes("hello\n"), signature + '\0'));
  EXPECT_FALSE(key.verify(as_bytes("hello"), signature));
  EXPECT_FALSE(vectors::other_key().verify(as_bytes("hello\n"), signature));
}

TEST(PublicKey, RefusesSignaturesThatAreNotDer) {
  const PublicKey key = vectors::public_key();
  const std::string der = vectors::decoded(vectors::kMessageSignature);
  // SEQUENCE(69) { INTEGER(33) r, INTEGER(32) s }
  const std::string raw = der.substr(5, 32) + der.substr(39, 32);
  EXPECT_FALSE(key.verify(as_bytes("hello\n"), raw));
  EXPECT_EQ(malformed_ecdsa_signature(raw), "it looks like a raw pair of numbers (IEEE P1363), expected DER");
  const std::string long_length = std::string("\x30\x81\x45", 3) + der.substr(2);
  EXPECT_FALSE(key.verify(as_bytes("hello\n"), long_length));
  EXPECT_EQ(malformed_ecdsa_signature(long_length), "it is not DER of a pair of numbers");
  EXPECT_EQ(malformed_ecdsa_signature(der), "");
  EXPECT_NE(malformed_ecdsa_signature(""), "");
}

TEST(PublicKey, VerifiesRsaWithPkcs1Padding) {
  const PublicKey key = PublicKey::from_pem(pem_of(kRsa2048), "rsa.pub");
  EXPECT_EQ(key.kind(), KeyKind::Rsa);
  const std::string signature = vectors::decoded(kRsaSignatureOfHello);
  EXPECT_TRUE(key.verify(as_bytes("hello\n"), signature));
  EXPECT_FALSE(key.verify(as_bytes("hello"), signature));
  EXPECT_FALSE(key.verify(as_bytes("hello\n"), signature.substr(1)));
}

TEST(PublicKey, RefusesOtherKindsOfKeysByName) {
  EXPECT_EQ(
      refusal_of("MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAETEeMLPaK/8KbtNV91V7wwp01AsyEt1UCaFMlCAydzNNtmRRmk/KD5N1qNHthXJ5zg/XO"
                 "DteNshB2Q6KaZccFJQxBR1tBpyf2nfVnqarABihNw5AZ9JShbck8cIHYFMdR"),
      "'k.pub' is not a usable key: it lies on secp384r1, expected P-256");
  EXPECT_EQ(
      refusal_of("MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEjdEhQ8yt1dLoDyNhU5yMWvXc1pjmsabrjdruDP6d6iCwqkCe3htw3H4yziORb96+Qb3c"
                 "uqNdLayUlF9oh26CPg=="),
      "'k.pub' is not a usable key: it lies on secp256k1, expected P-256");
  EXPECT_EQ(refusal_of("MCowBQYDK2VwAyEAY9taLjzte+ArBJIOwL7JMLNAR6TCc8P5u+NUowwNZ5Q="),
            "'k.pub' is not a usable key: its kind is ED25519, expected ECDSA P-256 or RSA");
  EXPECT_EQ(
      refusal_of("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCuT02hZkTcZm2Nh4fZH8ulHxDaNyOtzt1lpzxgXNDLRXYIzRts3P45p0MZiNNy"
                 "xSV4VnATbNln86zNXOKXa+HlnjxWUUXSnZ8GT+/CTJDpcAwq8bRcmukXpiddOcDVCZa5ggTGTEAZh+wmP7AWFeiA5trskte+E7YW"
                 "lMKYGKEnjwIDAQAB"),
      "'k.pub' is not a usable key: it is an RSA key of 1024 bits, expected 2048 to 16384");
}

TEST(PublicKey, RefusesPointsOffTheCurveAndSecondEncodings) {
  EXPECT_EQ(
      refusal_of("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5W+S8GVP2HL1/blxqoeySG4l6rWyyLHdis6KWqPKQXWwzQ/4LChDgHadk1EtyLxL"
                 "z16JLFKotu0jX2+GNYOtOQ=="),
      "'k.pub' is not a usable key: no readable SubjectPublicKeyInfo, or its point is not on its curve");
  EXPECT_EQ(refusal_of("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgAC5W+S8GVP2HL1/blxqoeySG4l6rWyyLHdis6KWqPKQXU="),
            "'k.pub' is not a usable key: it is not in the canonical encoding");
  const std::string longer = vectors::public_key().spki() + '\0';
  EXPECT_EQ(refusal([&] { return PublicKey::from_spki(as_bytes(longer), "k.pub"); }),
            "'k.pub' is not a usable key: it is not in the canonical encoding");
  EXPECT_NE(refusal([&] { return PublicKey::from_spki(as_bytes(""), "k.pub"); }), "accepted");
}

TEST(PublicKey, RefusesOtherPemBlocks) {
  EXPECT_EQ(refusal([] { return PublicKey::from_pem(vectors::kEncryptedPem, "k.pub"); }),
            "'k.pub' is not a usable key: it holds a 'ENCRYPTED SIGSTORE PRIVATE KEY', expected a 'PUBLIC KEY'");
}

TEST(PrivateKey, HasTheKnownPkcs8AndPublicHalf) {
  const PrivateKey key = vectors::private_key();
  EXPECT_EQ(key.public_key(), vectors::public_key());
  EXPECT_EQ(key.pkcs8().size(), 138U);
  EXPECT_EQ(sha256(key.pkcs8().bytes()).hex(), vectors::kPkcs8Digest);
  EXPECT_EQ(PrivateKey::from_sec1(vectors::sec1(), "k").public_key(), vectors::public_key());
}

TEST(PrivateKey, SignsWhatItsPublicHalfVerifies) {
  const PrivateKey key = PrivateKey::generate();
  for (const std::string& message : {std::string(), std::string("hello\n"), std::string(100'000, 'x')}) {
    const std::string signature = key.sign(as_bytes(message));
    EXPECT_EQ(malformed_ecdsa_signature(signature), "");
    EXPECT_TRUE(key.public_key().verify(as_bytes(message), signature));
    EXPECT_FALSE(vectors::public_key().verify(as_bytes(message), signature));
  }
  EXPECT_NE(PrivateKey::generate().public_key(), key.public_key());
}

TEST(PrivateKey, RefusesHalvesThatDoNotMatchAndDamagedStructures) {
  SecretBytes mismatched = vectors::pkcs8();
  mismatched.bytes()[36 + 31] ^= std::byte{1};  // the last byte of the scalar
  EXPECT_EQ(refusal([&] { return PrivateKey::from_pkcs8(mismatched, "k"); }),
            "'k' is not a usable key: its private and public halves do not match");
  for (std::size_t size = 0; size < vectors::pkcs8().size(); size += 9) {
    SecretBytes cut = vectors::pkcs8();
    cut.truncate(size);
    EXPECT_NE(refusal([&] { return PrivateKey::from_pkcs8(cut, "k"); }), "accepted") << size;
    EXPECT_NE(refusal([&] { return PrivateKey::from_sec1(cut, "k"); }), "accepted") << size;
  }
  const SecretBytes longer = SecretBytes::copy_of(std::string(vectors::sec1().view()) + "x");
  EXPECT_EQ(refusal([&] { return PrivateKey::from_sec1(longer, "k"); }),
            "'k' is not a usable key: there are bytes behind the key");
}

TEST(PrivateKey, MayBeUsedByManyThreads) {
  const PrivateKey key = vectors::private_key();
  const std::string signature = vectors::decoded(vectors::kMessageSignature);
  std::vector<std::thread> threads;
  std::vector<int> good(4, 0);
  for (std::size_t t = 0; t < good.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string mine = key.sign(as_bytes("message"));
        good[t] += key.public_key().verify(as_bytes("message"), mine) &&
                   key.public_key().verify(as_bytes("hello\n"), signature);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<int>(4, 50));
}

}  // namespace
}  // namespace waybill::signing
