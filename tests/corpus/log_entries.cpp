// Log entries and certificates of a real bundle (tests/support/sigstore), broken one by one.
#include <fmt/core.h>

#include <sstream>
#include <stdexcept>

#include "core/file_system.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/keyless.h"
#include "tests/corpus/mutation.h"
#include "tests/support/source_path.h"

namespace waybill::signing::corpus {
namespace {

Value line_named(const std::string& file, std::string_view name) {
  std::istringstream text(read_file(testing::source_path("tests/support/sigstore/" + file)));
  for (std::string line; std::getline(text, line);) {
    Value value = json::parse(line, file);
    if (value.find("name")->as_string() == name) return value;
  }
  throw std::runtime_error("no line named " + std::string(name));
}

}  // namespace

Mutations log_entry_mutations() {
  const Value test = line_named("cases.jsonl", "happy-path-v0.3-new-mediaType");
  const std::string artifact = test.find("artifact")->as_string();
  const CertificatePolicy policy{
      parse_trusted_root(line_named("roots.jsonl", "production").find("root")->as_string(), "root"),
      {TextRule::matching("https://github\\.com/sigstore-conformance/.*"),
       TextRule::exactly("https://token.actions.githubusercontent.com")}};
  const auto verdict = [&](const std::string& bundle, const CertificatePolicy& by, const std::string& message) {
    const CertificateResult result = verify_message_certificate(bundle, by, message);
    if (result.signature.passed) return std::string(kAccepted);
    return fmt::format("{}: {}", result.checks.back().name, result.checks.back().reason);
  };
  const Judge judge = [&](const std::string& bundle) { return verdict(bundle, policy, artifact); };
  const Value good = json::parse(test.find("bundle")->as_string(), "good");
  Mutations all;
  all.push_back({"log entry: good", std::string(kAccepted), judge(json::write(good, json::HtmlEscape::No))});

  const std::vector<std::string> entry{"verificationMaterial", "tlogEntries", "0"};
  const auto below = [&](std::vector<std::string> more) {
    more.insert(more.begin(), entry.begin(), entry.end());
    return more;
  };
  Mutations structure = structural(
      "log entry", good,
      {{entry, "a log entry of the bundle", {"canonicalizedBody"}, {}, false},
       {below({"logId"}), "the log id of a log entry", {"keyId"}},
       {below({"kindVersion"}), "the kind of a log entry", {"kind", "version"}},
       {below({"inclusionPromise"}), "the inclusion promise of a log entry", {"signedEntryTimestamp"}, {}, false},
       {below({"inclusionProof"}), "the inclusion proof of a log entry", {"rootHash"}, {}, false},
       {below({"inclusionProof", "checkpoint"}), "the checkpoint of a log entry", {"envelope"}, {}, false}},
      judge);
  for (Mutation& mutation : structure) {
    mutation.expected = "transparency-log: " + mutation.expected;
    all.push_back(std::move(mutation));
  }

  const auto broken = [&](const std::string& rule, const std::string& expected, const std::vector<std::string>& path,
                          Value value) {
    Value document = good;
    at(document, below(path)) = std::move(value);
    all.push_back({"log entry: " + rule, expected, judge(json::write(document, json::HtmlEscape::No))});
  };
  const auto not_a_count = [](std::string_view name, std::string_view where) {
    return fmt::format("transparency-log: '{}' of {} is not a number of 64 bits that is not negative", name, where);
  };
  constexpr std::string_view kEntry = "a log entry of the bundle";
  constexpr std::string_view kProof = "the inclusion proof of a log entry";
  const std::string promise = "transparency-log: the promise of the transparency log was not signed by it";
  const std::string path_rule =
      "transparency-log: the inclusion proof does not lead from the entry to the checkpoint's root hash";
  const std::string tree = "transparency-log: the checkpoint is about another tree than the inclusion proof";
  const std::string hash(44, 'A');
  broken("a negative index", not_a_count("logIndex", kEntry), {"logIndex"}, "-1");
  broken("an index with a sign", not_a_count("logIndex", kEntry), {"logIndex"}, "+1");
  broken("an index that is a word", not_a_count("logIndex", kEntry), {"logIndex"}, "one");
  broken("an index beyond 63 bits", not_a_count("logIndex", kEntry), {"logIndex"}, "9223372036854775808");
  broken("another index", promise, {"logIndex"}, "79571824");
  broken("another time", promise, {"integratedTime"}, "1710869187");
  broken("a time that is a list", not_a_count("integratedTime", kEntry), {"integratedTime"}, Value::list());
  broken("no time", "transparency-log: the log's promise states no time", {"integratedTime"}, "0");
  broken("another log", "transparency-log: the trusted root knows no transparency log " + std::string(64, '0'),
         {"logId", "keyId"}, hash.substr(0, 43) + "=");
  broken("another kind", "log-content: the body of a log entry is not of the kind that the entry names",
         {"kindVersion", "kind"}, "dsse");
  broken("another version", "log-content: the body of a log entry is not of the kind that the entry names",
         {"kindVersion", "version"}, "0.0.2");
  broken("another body", promise, {"canonicalizedBody"}, "e30=");
  broken("a body that is not base64",
         "transparency-log: 'canonicalizedBody' of a log entry of the bundle is not base64", {"canonicalizedBody"},
         "{}");
  broken("another promise", promise, {"inclusionPromise", "signedEntryTimestamp"}, "MAYCAQECAQE=");
  broken("another index in the tree", path_rule, {"inclusionProof", "logIndex"}, "1");
  broken("an index behind the tree", path_rule, {"inclusionProof", "logIndex"}, "75408393");
  broken("another size", tree, {"inclusionProof", "treeSize"}, "75408394");
  broken("a negative size", not_a_count("treeSize", kProof), {"inclusionProof", "treeSize"}, "-1");
  broken("another root hash", tree, {"inclusionProof", "rootHash"}, hash.substr(0, 43) + "=");
  broken("a short root hash", "transparency-log: the root hash of an inclusion proof is not a SHA-256 hash",
         {"inclusionProof", "rootHash"}, "AAAA");
  broken("another hash of the path", path_rule, {"inclusionProof", "hashes", "3"}, hash.substr(0, 43) + "=");
  broken("a short hash of the path", "transparency-log: a hash of an inclusion proof is not a SHA-256 hash",
         {"inclusionProof", "hashes", "3"}, "AAAA");
  broken("no path", path_rule, {"inclusionProof", "hashes"}, Value::list());
  Value two_hashes = Value::list({hash.substr(0, 43) + "=", hash.substr(0, 43) + "="});
  broken("a short path", path_rule, {"inclusionProof", "hashes"}, std::move(two_hashes));
  broken("a path that is a text",
         "transparency-log: 'hashes' of the inclusion proof of a log entry must be a list, not a text",
         {"inclusionProof", "hashes"}, "x");
  Value document = good;
  const std::string note = at(document, below({"inclusionProof", "checkpoint", "envelope"})).as_string();
  const auto noted = [&](const std::string& rule, const std::string& expected, const std::string& text) {
    broken("checkpoint: " + rule, "transparency-log: " + expected, {"inclusionProof", "checkpoint", "envelope"}, text);
  };
  noted("another origin", "the checkpoint is not signed by the log", "x" + note);
  noted("another size", "the checkpoint is not signed by the log", replaced(note, "75408393", "75408394"));
  noted("another root hash", "the checkpoint is not signed by the log", replaced(note, "Fnnj", "Gnnj"));
  noted("another key hint", "the checkpoint is not signed by the log", replaced(note, "wNI9", "xNI9"));
  noted("another signature", "the checkpoint is not signed by the log", replaced(note, "TyiBM9", "UyiBM9"));
  noted("no signature", "the log's checkpoint has no signature", note.substr(0, note.find("\xe2\x80\x94")));
  noted("nothing but an origin", "the log's checkpoint has no size", "origin\n\n");
  noted("empty", "the log entry has no inclusion proof with a checkpoint", "");

  const auto whole = [&](const std::string& rule, const std::string& expected, auto change) {
    Value changed = good;
    change(changed);
    all.push_back({"certificate bundle: " + rule, expected, judge(json::write(changed, json::HtmlEscape::No))});
  };
  whole("no log entry", "transparency-log: the bundle has no entry of a transparency log",
        [](Value& b) { b.find("verificationMaterial")->set("tlogEntries", Value::list()); });
  whole("no certificate", "bundle: the bundle names no signer: neither a key nor a certificate",
        [](Value& b) { b.find("verificationMaterial")->erase("certificate"); });
  whole("a certificate that is none", "bundle: the certificate of the bundle is not readable X.509 (DER)",
        [](Value& b) {
          b.find("verificationMaterial")->set("certificate", Value::map({{"rawBytes", "AAAA"}}));
        });
  whole("a key instead of the certificate", "bundle: the bundle is signed with a key, which no certificate vouches for",
        [](Value& b) {
          b.find("verificationMaterial")->erase("certificate");
          b.find("verificationMaterial")->set("publicKey", Value::map());
        });
  whole("another signature", "log-content: the log entry is about another signature or certificate",
        [](Value& b) { b.find("messageSignature")->set("signature", "MAYCAQECAQE="); });
  const std::string text = json::write(good, json::HtmlEscape::No);
  const auto by = [&](const std::string& rule, const std::string& expected, const CertificatePolicy& other) {
    all.push_back({"certificate bundle: " + rule, expected, verdict(text, other, artifact)});
  };
  all.push_back({"certificate bundle: another artifact", "log-content: the log entry is about other content",
                 verdict(text, policy, artifact + " ")});
  by("another identity",
     "identity: the certificate is for 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
     ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main', expected 'me@example.com'",
     {policy.root, {TextRule::exactly("me@example.com"), policy.rule.oidc_issuer}});
  by("another issuer",
     "identity: the issuer of the certificate's identity is 'https://token.actions.githubusercontent.com', expected "
     "'https://accounts.google.com'",
     {policy.root, {policy.rule.identity, TextRule::exactly("https://accounts.google.com")}});
  CertificatePolicy without = policy;
  without.root.certificate_authorities.clear();
  by("no authority", "certificate: no certificate authority of the trusted root was to be believed at that time",
     without);
  without = policy;
  without.root.certificate_logs.clear();
  by("no certificate log",
     "certificate-log: the trusted root knows none of the certificate logs that promised the certificate (SCT)",
     without);
  without = policy;
  for (Log& log : without.root.certificate_logs) log.validity.end = 1600000000;
  by("certificate logs of another time",
     "certificate-log: the promise of the certificate log (SCT) was not made by the log's key in its time", without);
  without = policy;
  for (Log& log : without.root.transparency_logs) log.validity.end = 1600000000;
  by("transparency logs of another time", "transparency-log: the transparency log was not to be believed at that time",
     without);
  without = policy;
  for (Authority& authority : without.root.certificate_authorities) authority.validity.end = 1600000000;
  by("authorities of another time",
     "certificate: no certificate authority of the trusted root was to be believed at that time", without);
  return all;
}

}  // namespace waybill::signing::corpus
