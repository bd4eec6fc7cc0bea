#include "signing/transparency_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/checkpoint.h"
#include "signing/merkle.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kEntry = "a log entry of the bundle";
constexpr std::string_view kProof = "the inclusion proof of a log entry";
constexpr std::size_t kLongestPath = 64;

// protobuf writes 64-bit integers as texts, and reads numbers, too.
std::uint64_t require_count(const Value& object, std::string_view where, std::string_view name) {
  const Value& member = require_member(object, where, name);
  std::uint64_t count = 0;
  if (member.is_string()) {
    const std::string& text = member.as_string();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc() && end == text.data() + text.size() && count <= std::numeric_limits<std::int64_t>::max())
      return count;
  } else if (const auto* number = std::get_if<std::int64_t>(&member.data()); number != nullptr && *number >= 0) {
    return static_cast<std::uint64_t>(*number);
  }
  throw Error(ErrorCode::InvalidInput,
              fmt::format("'{}' of {} is not a number of 64 bits that is not negative", name, where));
}

Digest to_digest(const std::optional<std::string>& raw, std::string_view what) {
  std::array<std::byte, 32> bytes{};
  if (!raw || raw->size() != bytes.size())
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is not a SHA-256 hash", what));
  std::memcpy(bytes.data(), raw->data(), bytes.size());
  return Digest::from_raw(bytes);
}

InclusionProof parse_proof(const Value& value) {
  require_object(value, kProof, {"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"});
  InclusionProof proof{require_count(value, kProof, "logIndex"),
                       require_count(value, kProof, "treeSize"),
                       to_digest(require_base64(value, kProof, "rootHash"), "the root hash of an inclusion proof"),
                       {},
                       {}};
  if (value.find("hashes") != nullptr) {
    for (const Value& hash : require_list(value, kProof, "hashes", kLongestPath)) {
      const Value item = Value::map({{"hash", hash}});
      proof.path.push_back(to_digest(require_base64(item, kProof, "hash"), "a hash of an inclusion proof"));
    }
  }
  if (const Value* checkpoint = value.find("checkpoint")) {
    require_object(*checkpoint, "the checkpoint of a log entry", {"envelope"});
    proof.checkpoint = require_text(*checkpoint, "the checkpoint of a log entry", "envelope");
  }
  return proof;
}

// The bytes that a promise signs: canonical JSON (RFC 8785) of these four members.
std::string promised_bytes(const LogEntry& entry) {
  return json::write(Value::map({{"body", to_base64(as_bytes(entry.body))},
                                 {"integratedTime", entry.integrated_time.value_or(0)},
                                 {"logID", to_hex(as_bytes(entry.log_id))},
                                 {"logIndex", entry.index}}),
                     json::HtmlEscape::No);
}

std::string why_not_included(std::string_view body, const InclusionProof& proof, const Log& log) {
  const Checkpoint checkpoint = parse_checkpoint(proof.checkpoint);
  if (!is_signed_by(checkpoint, log)) return "the checkpoint is not signed by the log";
  if (checkpoint.root != proof.root || checkpoint.size != proof.size) {
    return "the checkpoint is about another tree than the inclusion proof";
  }
  if (!proves_inclusion(merkle_leaf(body), proof.index, proof.size, proof.path, proof.root)) {
    return "the inclusion proof does not lead from the entry to the checkpoint's root hash";
  }
  return {};
}

// --- Bodies
// ---------------------------------------------------------------------------------------------------------------

// The DER in a PEM text of a certificate or a public key.
std::string der_of_pem(std::string_view pem) {
  const std::size_t start = pem.find("-----\n");
  const std::size_t end = pem.find("\n-----END ");
  if (!pem.starts_with("-----BEGIN ") || start == std::string_view::npos || end == std::string_view::npos ||
      end < start)
    throw Error(ErrorCode::InvalidInput, "the verifier of a log entry is not PEM");
  std::string base64(pem.substr(start + 6, end - start - 6));
  std::erase(base64, '\n');
  const auto der = from_base64(base64);
  if (!der) throw Error(ErrorCode::InvalidInput, "the verifier of a log entry is not PEM");
  return *der;
}

constexpr std::string_view kBody = "the body of a log entry";

const Value& require_path(const Value& body, std::initializer_list<std::string_view> path) {
  const Value* value = &body;
  for (const std::string_view name : path) value = &require_member(*value, kBody, name);
  return *value;
}

Digest hex_hash(const Value& hash) {
  if (require_text(hash, kBody, "algorithm") != "sha256")
    throw Error(ErrorCode::InvalidInput, "a log entry does not hash with SHA-256");
  return to_digest(from_hex(require_text(hash, kBody, "value")), "the hash of a log entry");
}

Digest raw_hash(const Value& hash) {
  if (require_text(hash, kBody, "algorithm") != "SHA2_256")
    throw Error(ErrorCode::InvalidInput, "a log entry does not hash with SHA-256");
  return to_digest(require_base64(hash, kBody, "digest"), "the hash of a log entry");
}

std::string verifier_of(const Value& signature) {
  const Value& verifier = require_member(signature, kBody, "verifier");
  const bool certificate = verifier.find("x509Certificate") != nullptr;
  return require_base64(require_member(verifier, kBody, certificate ? "x509Certificate" : "publicKey"), kBody,
                        "rawBytes");
}

constexpr std::size_t kMostSignatures = 16;
using Hashed = LoggedContent::Hashed;

LoggedContent hashedrekord_1(const Value& spec) {
  const Value& signature = require_path(spec, {"signature"});
  return {Hashed::Signed,
          hex_hash(require_path(spec, {"data", "hash"})),
          {{require_base64(signature, kBody, "content"),
            der_of_pem(require_base64(require_path(signature, {"publicKey"}), kBody, "content"))}}};
}

LoggedContent hashedrekord_2(const Value& spec) {
  const Value& record = require_path(spec, {"hashedRekordV002"});
  const Value& signature = require_path(record, {"signature"});
  return {Hashed::Signed,
          raw_hash(require_path(record, {"data"})),
          {{require_base64(signature, kBody, "content"), verifier_of(signature)}}};
}

LoggedContent dsse_1(const Value& spec) {
  LoggedContent content{Hashed::Payload, hex_hash(require_path(spec, {"payloadHash"})), {}};
  for (const Value& signature : require_list(spec, kBody, "signatures", kMostSignatures)) {
    content.signatures.push_back(
        {require_base64(signature, kBody, "signature"), der_of_pem(require_base64(signature, kBody, "verifier"))});
  }
  return content;
}

LoggedContent dsse_2(const Value& spec) {
  const Value& record = require_path(spec, {"dsseV002"});
  LoggedContent content{Hashed::Payload, raw_hash(require_path(record, {"payloadHash"})), {}};
  for (const Value& signature : require_list(record, kBody, "signatures", kMostSignatures)) {
    content.signatures.push_back({require_base64(signature, kBody, "content"), verifier_of(signature)});
  }
  return content;
}

LoggedContent intoto_2(const Value& spec) {
  LoggedContent content{Hashed::Payload, hex_hash(require_path(spec, {"content", "payloadHash"})), {}};
  for (const Value& signature :
       require_list(require_path(spec, {"content", "envelope"}), kBody, "signatures", kMostSignatures)) {
    const auto raw = from_base64(require_base64(signature, kBody, "sig"));  // encoded twice
    if (!raw) throw Error(ErrorCode::InvalidInput, "the signature of a log entry is not base64");
    content.signatures.push_back({*raw, der_of_pem(require_base64(signature, kBody, "publicKey"))});
  }
  return content;
}

}  // namespace

LogEntry parse_log_entry(const Value& value) {
  require_object(value, kEntry,
                 {"logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof",
                  "canonicalizedBody"});
  const Value& id = require_member(value, kEntry, "logId");
  require_object(id, "the log id of a log entry", {"keyId"});
  const Value& kind = require_member(value, kEntry, "kindVersion");
  require_object(kind, "the kind of a log entry", {"kind", "version"});
  LogEntry entry;
  // protobuf leaves zero out.
  if (value.find("logIndex") != nullptr) entry.index = require_count(value, kEntry, "logIndex");
  entry.log_id = require_base64(id, "the log id of a log entry", "keyId");
  entry.kind = require_text(kind, "the kind of a log entry", "kind");
  entry.version = require_text(kind, "the kind of a log entry", "version");
  if (value.find("integratedTime") != nullptr) {
    const std::uint64_t time = require_count(value, kEntry, "integratedTime");
    if (time != 0) entry.integrated_time = static_cast<std::int64_t>(time);
  }
  if (const Value* promise = value.find("inclusionPromise")) {
    require_object(*promise, "the inclusion promise of a log entry", {"signedEntryTimestamp"});
    entry.promise = require_base64(*promise, "the inclusion promise of a log entry", "signedEntryTimestamp");
  }
  if (const Value* proof = value.find("inclusionProof")) entry.proof = parse_proof(*proof);
  entry.body = require_base64(value, kEntry, "canonicalizedBody");
  return entry;
}

EntryResult verify_log_entry(const LogEntry& entry, const TrustedRoot& root, InclusionProofNeed need,
                             const std::vector<std::int64_t>& times) {
  const Log* log = find_log(root.transparency_logs, entry.log_id);
  if (log == nullptr || !log->key) {
    return {fmt::format("the trusted root knows no transparency log {}", to_hex(as_bytes(entry.log_id))), {}};
  }
  EntryResult result;
  std::vector<std::int64_t> all_times = times;
  if (!entry.promise.empty()) {
    if (!entry.integrated_time) return {"the log's promise states no time", {}};
    if (!log->key->verify(promised_bytes(entry), entry.promise)) {
      return {"the promise of the transparency log was not signed by it", {}};
    }
    result.time = entry.integrated_time;
    all_times.push_back(*entry.integrated_time);
  }
  if (!std::ranges::all_of(all_times, [&](std::int64_t time) { return log->validity.holds_at(time); })) {
    return {"the transparency log was not to be believed at that time", {}};
  }
  if (entry.proof && !entry.proof->checkpoint.empty()) {
    if (const std::string failure = why_not_included(entry.body, *entry.proof, *log); !failure.empty())
      return {failure, {}};
  } else if (need == InclusionProofNeed::Required) {
    return {"the log entry has no inclusion proof with a checkpoint", {}};
  } else if (entry.promise.empty()) {
    return {"the log entry has neither a promise nor a proof of the log", {}};
  }
  return result;
}

LoggedContent parse_log_body(const LogEntry& entry) {
  const Value body = json::parse(entry.body, kBody, {.bytes = std::uint64_t{16} << 20});
  const std::string& kind = require_text(body, kBody, "kind");
  const std::string& version = require_text(body, kBody, "apiVersion");
  if (kind != entry.kind || version != entry.version) {
    throw Error(ErrorCode::InvalidInput, "the body of a log entry is not of the kind that the entry names");
  }
  const Value& spec = require_member(body, kBody, "spec");
  if (kind == "hashedrekord" && version == "0.0.1") return hashedrekord_1(spec);
  if (kind == "hashedrekord" && version == "0.0.2") return hashedrekord_2(spec);
  if (kind == "dsse" && version == "0.0.1") return dsse_1(spec);
  if (kind == "dsse" && version == "0.0.2") return dsse_2(spec);
  if (kind == "intoto" && version == "0.0.2") return intoto_2(spec);
  throw Error(ErrorCode::InvalidInput,
              fmt::format("log entries of kind '{}' {} are not known", kind.substr(0, 40), version.substr(0, 40)));
}

}  // namespace waybill::signing
