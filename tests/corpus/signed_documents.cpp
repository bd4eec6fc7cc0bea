// Signatures, bundles with a key, statements, envelopes and payloads of the tag form.
#include <fmt/core.h>

#include <array>

#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"
#include "tests/corpus/mutation.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing::corpus {
namespace {

const Digest kSubject = Digest::parse(vectors::kManifestDigest);
constexpr std::string_view kMessage = "hello\n";

std::string reason_of(const SignatureResult& result) { return result.passed ? std::string(kAccepted) : result.reason; }
std::array<PublicKey, 1> keys() { return {vectors::public_key()}; }

std::string message_verdict(const std::string& bundle) {
  return reason_of(verify_message_bundle(bundle, keys(), kMessage));
}
std::string statement_bundle_verdict(const std::string& bundle) {
  return reason_of(verify_dsse_bundle(bundle, keys(), kSubject, kSignaturePredicate));
}

// A signature of the message as it stands in a bundle.
std::string signature_verdict(const std::string& signature) {
  return message_verdict(write_bundle({"", MessageSignature{sha256(kMessage), signature}}));
}

std::string not_made() { return fmt::format("the signature was not made by the key {}", vectors::kKeyId); }
constexpr std::string_view kNotDer = "the signature is malformed: it is not DER of a pair of numbers";

// DER of a number with these bytes, and of a pair of such numbers.
std::string number(std::string_view bytes) {
  return std::string("\x02") + static_cast<char>(bytes.size()) + std::string(bytes);
}
std::string pair(const std::string& first, const std::string& second) {
  return std::string("\x30") + static_cast<char>(first.size() + second.size()) + first + second;
}

void append(Mutations& all, Mutations more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Mutations signature_mutations() {
  Mutations all;
  const std::string good = vectors::decoded(vectors::kMessageSignature);
  const auto add = [&](const std::string& rule, std::string expected, const std::string& signature) {
    all.push_back({"signature: " + rule, std::move(expected), signature_verdict(signature)});
  };
  // 30 45, then 02 21 and r with a zero in front, then 02 20 and s.
  const std::string r = good.substr(4, 33);
  const std::string s = good.substr(39, 32);
  add("good", std::string(kAccepted), good);
  add("good, put together again", std::string(kAccepted), pair(number(r), number(s)));
  for (std::size_t byte = 0; byte < 4; ++byte) {
    std::string changed = good;
    changed[byte] = static_cast<char>(changed[byte] ^ 1);
    add(fmt::format("a bit of the head's byte {} flipped", byte), std::string(kNotDer), changed);
  }
  for (std::size_t byte = 6; byte < good.size(); byte += 5) {
    if (byte == 37 || byte == 38) continue;
    std::string changed = good;
    changed[byte] = static_cast<char>(changed[byte] ^ 1);
    add(fmt::format("a bit of byte {} flipped", byte), not_made(), changed);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{40}, good.size() - 1})
    add(fmt::format("cut to {} bytes", size), std::string(kNotDer), good.substr(0, size));
  add("a byte behind it", std::string(kNotDer), good + '\0');
  add("itself behind it", std::string(kNotDer), good + good);
  add("a raw pair of numbers",
      "the signature is malformed: it looks like a raw pair of numbers (IEEE P1363), expected DER", r.substr(1) + s);
  add("r without the zero in front, so negative", std::string(kNotDer), pair(number(r.substr(1)), number(s)));
  add("r with a needless zero in front", std::string(kNotDer), pair(number('\0' + r), number(s)));
  add("r and s exchanged", not_made(), pair(number(s), number(r)));
  add("r is zero", not_made(), pair(number(std::string(1, '\0')), number(s)));
  add("s is zero", not_made(), pair(number(r), number(std::string(1, '\0'))));
  add("both are zero", not_made(), pair(number(std::string(1, '\0')), number(std::string(1, '\0'))));
  add("both are one", not_made(), pair(number("\x01"), number("\x01")));
  add("r twice", not_made(), pair(number(r), number(r)));
  add("one number", std::string(kNotDer), std::string("\x30") + static_cast<char>(number(r).size()) + number(r));
  add("three numbers", std::string(kNotDer), pair(number(r), number(s) + number("\x01")));
  add("a length in two bytes", std::string(kNotDer), std::string("\x30\x81") + good.substr(1));
  add("an indefinite length", std::string(kNotDer), std::string("\x30\x80") + good.substr(2) + std::string(2, '\0'));
  add("a set instead of a sequence", std::string(kNotDer), '\x31' + good.substr(1));
  add("a bit string instead of a number", std::string(kNotDer), replaced(good, "\x02\x21", "\x03\x21"));
  add("text", std::string(kNotDer), "signature");
  add("of another message", not_made(), vectors::private_key().sign(as_bytes("hello")));
  add("of another key", not_made(), PrivateKey::generate().sign(as_bytes(kMessage)));
  add("of the message's digest", not_made(), vectors::private_key().sign(sha256(kMessage).raw()));
  add("of the message as a payload", not_made(),
      vectors::private_key().sign(as_bytes(pre_authentication_encoding(kInTotoPayloadType, kMessage))));
  return all;
}

Mutations bundle_mutations() {
  Mutations all;
  const Value message = json::parse(vectors::kMessageBundle, "good");
  const std::string good = json::write(message, json::HtmlEscape::No);
  all.push_back({"message bundle: good", std::string(kAccepted), message_verdict(good)});
  append(all,
         structural("message bundle", message,
                    {{{}, "the bundle", {"mediaType"}},
                     {{"verificationMaterial"}, "the bundle's verification material"},
                     {{"verificationMaterial", "publicKey"}, "the bundle's public key", {}, {}, false},
                     {{"messageSignature"}, "the bundle's message signature", {"signature"}, {}, false},
                     {{"messageSignature", "messageDigest"}, "the bundle's message digest", {"algorithm", "digest"}}},
                    message_verdict));
  const auto broken = [&](const std::string& rule, const std::string& expected, std::string_view from,
                          std::string_view to) {
    all.push_back({"message bundle: " + rule, expected, message_verdict(replaced(good, from, to))});
  };
  constexpr std::string_view kUnknownType =
      "the bundle has an unknown media type, expected a sigstore bundle of version 0.1, 0.2 or 0.3";
  broken("a later version", std::string(kUnknownType), ".v0.3+json", ".v0.4+json");
  broken("another type", std::string(kUnknownType), "application/vnd.dev.sigstore.bundle.v0.3+json",
         "application/json");
  broken("capitals in the type", std::string(kUnknownType), "vnd.dev.sigstore", "vnd.dev.Sigstore");
  broken("no signer", "the bundle names no signer: neither a key nor a certificate",
         R"("publicKey":{"hint":"6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk="})", R"("tlogEntries":[])");
  broken(
      "no content", "the bundle has no content: neither a message signature nor a DSSE envelope",
      R"(,"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="},"signature":"MEUCIQDpWaVQhu2RegY23o+am2NzpsXroOMkkBl5PtNYvnNa8gIgQPbJnEyeOoezZZHYZXHGfqaP5rmw2eRVJRgxm/u23Ac="})",
      "");
  broken("two contents", "the bundle has two contents", R"("messageSignature")",
         R"("dsseEnvelope":{},"messageSignature")");
  broken("a certificate, too", "the bundle names its signer twice", R"("publicKey")",
         R"("certificate":{"rawBytes":"AAAA"},"publicKey")");
  broken(
      "a certificate instead",
      "the bundle is signed with a certificate, which needs a trusted root and an identity to check against and cannot "
      "be checked with a key",
      R"("publicKey":{"hint":"6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk="})", R"("certificate":{"rawBytes":"AAAA"})");
  broken("another digest algorithm", "the bundle has a message digest that is not SHA-256", "SHA2_256", "SHA2_512");
  broken("a short digest", "the bundle has a message digest that is not 32 bytes long",
         "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=", "WJG1");
  broken("the digest of another file", "the digest that the bundle states is not the file's",
         "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=", to_base64(sha256("hello").raw()));
  broken("a digest that is not base64", "'digest' of the bundle's message digest is not base64", "WJG1tSLV",
         "WJG1tSL*");
  broken("a signature that is not base64", "'signature' of the bundle's message signature is not base64", "MEUCIQDp",
         "MEUCIQD ");
  broken("a signature without padding", "'signature' of the bundle's message signature is not base64",
         "23Ac=", "23Ac==");
  broken("log entries that are no list",
         "'tlogEntries' of the bundle's verification material must be a list, not a mapping", R"("publicKey")",
         R"("tlogEntries":{},"publicKey")");
  broken("33 log entries", "'tlogEntries' of the bundle's verification material has more than 32 items",
         R"("publicKey")",
         R"("tlogEntries":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"publicKey")");
  broken("time stamps that are no object", "the bundle's timestamp data must be an object, not a list",
         R"("publicKey")", R"("timestampVerificationData":[],"publicKey")");
  all.push_back(
      {"message bundle: of another file", not_made(), reason_of(verify_message_bundle(good, keys(), "hello"))});
  all.push_back(
      {"message bundle: nobody is trusted", "no key was given", reason_of(verify_message_bundle(good, {}, kMessage))});
  all.push_back({"message bundle: where a statement is wanted", "the bundle signs a file, not a statement",
                 statement_bundle_verdict(good)});

  const std::string signed_statement = sign_statement(vectors::private_key(), signature_statement(kSubject));
  const Value statement = json::parse(signed_statement, "good");
  all.push_back({"statement bundle: good", std::string(kAccepted), statement_bundle_verdict(signed_statement)});
  append(all,
         structural("statement bundle", statement,
                    {{{}, "the bundle", {"mediaType"}},
                     {{"verificationMaterial"}, "the bundle's verification material"},
                     {{"dsseEnvelope"}, "the DSSE envelope", {"payload", "payloadType"}, {"signatures"}, false},
                     {{"dsseEnvelope", "signatures", "0"}, "a signature of the DSSE envelope", {"sig"}, {}, false}},
                    statement_bundle_verdict));
  const auto changed = [&](const std::string& rule, const std::string& expected, auto change) {
    Value document = statement;
    change(*document.find("dsseEnvelope"));
    all.push_back(
        {"envelope: " + rule, expected, statement_bundle_verdict(json::write(document, json::HtmlEscape::No))});
  };
  changed("no signature", "the DSSE envelope has no signature", [](Value& e) { e.set("signatures", Value::list()); });
  changed("two signatures", "the bundle has more than one DSSE signature",
          [](Value& e) { e.find("signatures")->push_back(e.find("signatures")->items()[0]); });
  changed("17 signatures", "'signatures' of the DSSE envelope has more than 16 items", [](Value& e) {
    const Value one = e.find("signatures")->items()[0];
    for (int i = 0; i < 16; ++i) e.find("signatures")->push_back(one);
  });
  changed("another payload type", not_made(), [](Value& e) { e.set("payloadType", "application/json"); });
  changed("another payload", not_made(),
          [](Value& e) { e.set("payload", to_base64(as_bytes(signature_statement(sha256("other"))))); });
  changed("a blank behind the payload", not_made(),
          [](Value& e) { e.set("payload", to_base64(as_bytes(signature_statement(kSubject) + " "))); });
  changed("a payload that is not base64", "'payload' of the DSSE envelope is not base64",
          [](Value& e) { e.set("payload", "{}"); });
  changed("a signature that is not base64", "'sig' of a signature of the DSSE envelope is not base64",
          [](Value& e) { e.find("signatures")->items()[0].set("sig", "*"); });
  changed("a key id that is no text", "'keyid' of a signature of the DSSE envelope must be a text, not a integer",
          [](Value& e) { e.find("signatures")->items()[0].set("keyid", 1); });
  changed("the signature of the bare payload", not_made(), [](Value& e) {
    e.find("signatures")
        ->items()[0]
        .set("sig", to_base64(as_bytes(vectors::private_key().sign(as_bytes(signature_statement(kSubject))))));
  });
  all.push_back({"statement bundle: where a file's is wanted", "the bundle signs a statement, not a file",
                 message_verdict(signed_statement)});
  all.push_back(
      {"bundle: nothing",
       "invalid JSON: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal",
       message_verdict("")});
  all.push_back({"bundle: a list", "the bundle must be an object, not a list", message_verdict("[]")});
  all.push_back({"bundle: two documents",
                 "invalid JSON: syntax error while parsing value - unexpected '{'; expected end of input",
                 message_verdict(good + good)});
  all.push_back({"bundle: a member twice", "the key 'mediaType' appears twice in one object",
                 message_verdict(replaced(good, R"("mediaType")", R"("mediaType":"x","mediaType")"))});
  all.push_back({"bundle: cut",
                 "invalid JSON: syntax error while parsing object - unexpected end of input; expected '}'",
                 message_verdict(good.substr(0, good.size() - 1))});
  return all;
}

Mutations statement_mutations() {
  Mutations all;
  // Signed by the right key, so that only the statement can be wrong.
  const Judge judge = [](const std::string& statement) {
    return statement_bundle_verdict(sign_statement(vectors::private_key(), statement));
  };
  const std::string good = signature_statement(kSubject);
  const Value document = json::parse(good, "good");
  all.push_back({"statement: good", std::string(kAccepted), judge(good)});
  all.push_back({"statement: good, of the older version", std::string(kAccepted),
                 judge(replaced(good, "Statement/v1", "Statement/v0.1"))});
  append(all, structural("statement", document,
                         {{{}, "the statement", {"_type", "predicateType"}, {"subject"}},
                          {{"subject", "0"}, "a subject", {}, {}, false}},
                         judge));
  const auto broken = [&](const std::string& rule, const std::string& expected, std::string_view from,
                          std::string_view to) {
    all.push_back({"statement: " + rule, expected, judge(replaced(good, from, to))});
  };
  const std::string wrong_type =
      "the signed statement is of type 'https://spdx.dev/Document', expected 'https://sigstore.dev/cosign/sign/v1'";
  const std::string other_subject = fmt::format("the signed statement is not about {}", kSubject.to_string());
  constexpr std::string_view kDigestRule = "the digest of a subject must be an object with 1 to 32 members";
  broken("a later version", "the statement is of an unknown version, expected in-toto v0.1 or v1", "Statement/v1",
         "Statement/v2");
  broken("no subject", "the statement has no subject",
         R"([{"digest":{"sha256":")" + kSubject.hex() + R"("},"annotations":{}}])", "[]");
  broken("another predicate type", wrong_type, kSignaturePredicate, kSpdxPredicate);
  broken("an empty predicate type", "the statement has no predicate type", kSignaturePredicate, "");
  broken("another subject", other_subject, kSubject.hex(), sha256("other").hex());
  broken("capitals in the digest", other_subject, kSubject.hex().substr(0, 8), "5B552F00");
  broken("a short digest", other_subject, kSubject.hex(), kSubject.hex().substr(0, 63));
  broken("the digest under another algorithm", other_subject, R"("sha256")", R"("sha512")");
  broken("the digest with its algorithm", other_subject, kSubject.hex(), kSubject.to_string());
  broken("no digest", "a subject has no 'digest'", R"("digest":{"sha256":")" + kSubject.hex() + R"("},)", "");
  broken("an empty digest", std::string(kDigestRule), R"({"sha256":")" + kSubject.hex() + R"("})", "{}");
  broken("a digest that is a text", std::string(kDigestRule), R"({"sha256":")" + kSubject.hex() + R"("})", R"("x")");
  broken("a digest that is a number", "'sha256' of the digest of a subject must be a text, not a integer",
         "\"" + kSubject.hex() + "\"", "5");
  broken("annotations that are a list", "the annotations of a subject must be an object", R"("annotations":{})",
         R"("annotations":[])");
  const auto another = [&](const std::string& rule, const std::string& expected, const std::string& text) {
    all.push_back({"statement: " + rule, expected, judge(text)});
  };
  another("an attestation", wrong_type, attestation_statement(kSubject, "", kSpdxPredicate, Value::map()));
  another("an empty object", "the statement has no '_type'", "{}");
  another("a text", "the statement must be an object, not a text", "\"x\"");
  Envelope text{"text/plain", good, {}};
  text.signatures = {
      vectors::private_key().sign(as_bytes(pre_authentication_encoding(text.payload_type, text.payload)))};
  all.push_back({"statement: signed as plain text", "the signed payload is not an in-toto statement but 'text/plain'",
                 statement_bundle_verdict(write_bundle({"", text}))});
  return all;
}

Mutations payload_mutations() {
  Mutations all;
  const Judge judge = [](const std::string& payload) {
    return reason_of(
        verify_simple_signing(payload, sign_simple_signing(vectors::private_key(), payload), keys(), kSubject));
  };
  const std::string good = write_simple_signing({std::string(vectors::kPayloadReference), kSubject, {{"build", "42"}}});
  all.push_back({"payload: good", std::string(kAccepted), judge(good)});
  append(all, structural("payload", json::parse(good, "good"),
                         {{{}, "the signature's payload"},
                          {{"critical"}, "'critical'", {"type"}},
                          {{"critical", "image"}, "'image'", {"docker-manifest-digest"}},
                          {{"critical", "identity"}, "'identity'", {"docker-reference"}}},
                         judge));
  const auto broken = [&](const std::string& rule, const std::string& expected, std::string_view from,
                          std::string_view to) {
    all.push_back({"payload: " + rule, expected, judge(replaced(good, from, to))});
  };
  broken("another type", "the signature's payload is not that of a container signature", "cosign container",
         "atomic container");
  broken("another manifest",
         fmt::format("the payload names {}, not {}", sha256("other").to_string(), kSubject.to_string()), kSubject.hex(),
         sha256("other").hex());
  broken("a digest of another algorithm", "the signature's payload names no SHA-256 digest", "sha256:", "sha512:");
  broken("a short digest", "the signature's payload names no SHA-256 digest", kSubject.hex(), "5b55");
  broken("capitals in the digest", "the signature's payload names no SHA-256 digest", kSubject.hex().substr(0, 8),
         "5B552F00");
  broken("'optional' removed", "the signature's payload has no 'optional'", R"(,"optional":{"build":"42"})", "");
  broken("'optional' is a list", "the signature's payload has an 'optional' that is neither an object nor null",
         R"({"build":"42"})", "[]");
  broken("a creator that is a number", "the signature's payload has a 'creator' that is no text", R"("build":"42")",
         R"("creator":1)");
  broken("a time that is a text", "the signature's payload has a 'timestamp' that is no integer", R"("build":"42")",
         R"("timestamp":"now")");
  const std::string signature = sign_simple_signing(vectors::private_key(), good);
  const auto with = [&](const std::string& rule, const std::string& expected, const std::string& payload,
                        const std::string& base64) {
    all.push_back({"payload: " + rule, expected, reason_of(verify_simple_signing(payload, base64, keys(), kSubject))});
  };
  with("a line feed behind it", not_made(), good + "\n", signature);
  with("a blank in it", not_made(), replaced(good, ",", ", "), signature);
  with("other annotations", not_made(), replaced(good, "42", "43"), signature);
  with("another reference", not_made(), replaced(good, "test/app", "test/bpp"), signature);
  with("no signature", std::string(kNotDer), good, "");
  with("a signature that is not base64", "the signature is not base64", good, "!" + signature);
  with("too large", "the signature's payload is too large", std::string((1 << 20) + 1, ' '), signature);
  return all;
}

}  // namespace waybill::signing::corpus
