#include "signing/statement.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/predicate_type.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kVersion1 = "https://in-toto.io/Statement/v1";
constexpr std::string_view kVersion01 = "https://in-toto.io/Statement/v0.1";
constexpr std::size_t kMostSubjects = 1024;
constexpr std::size_t kMostDigests = 32;
constexpr std::uint64_t kLargestStatement = 16ULL << 20;

Value digest_set(const Digest& digest) {
  return Value::map({{std::string(name_of(digest.algorithm())), digest.hex()}});
}

std::string write_statement(Value subject, std::string_view predicate_type, const Value& predicate) {
  return json::write(Value::map({{"_type", kVersion1},
                                 {"subject", Value::list({std::move(subject)})},
                                 {"predicateType", predicate_type},
                                 {"predicate", predicate}}),
                     json::HtmlEscape::No);
}

Subject parse_subject(const Value& value) {
  constexpr std::string_view kWhere = "a subject";
  require_object(value, kWhere, {"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"});
  Subject subject;
  if (value.find("name") != nullptr) subject.name = require_text(value, kWhere, "name");
  const Value& digests = require_member(value, kWhere, "digest");
  if (!digests.is_map() || digests.members().empty() || digests.members().size() > kMostDigests) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the digest of a subject must be an object with 1 to {} members", kMostDigests));
  }
  for (const Value::Member& digest : digests.members()) {
    subject.digests.emplace_back(digest.key, require_text(digests, "the digest of a subject", digest.key));
  }
  if (const Value* annotations = value.find("annotations")) {
    if (!annotations->is_map()) throw Error(ErrorCode::InvalidInput, "the annotations of a subject must be an object");
    subject.annotations = *annotations;
  }
  return subject;
}

}  // namespace

bool Subject::has(const Digest& digest) const noexcept {
  return std::ranges::any_of(digests, [name = name_of(digest.algorithm()), hex = digest.hex()](const auto& entry) {
    return entry.first == name && entry.second == hex;
  });
}

bool Statement::is_about(const Digest& digest) const noexcept {
  return std::ranges::any_of(subjects, [&](const Subject& subject) { return subject.has(digest); });
}

std::string signature_statement(const Digest& digest, const std::map<std::string, std::string>& annotations) {
  Value noted = Value::map();
  for (const auto& [name, value] : annotations) noted.set(name, value);
  return write_statement(Value::map({{"digest", digest_set(digest)}, {"annotations", std::move(noted)}}),
                         kSignaturePredicate, Value::map());
}

std::string attestation_statement(const Digest& digest, std::string_view subject_name, std::string_view predicate_type,
                                  const Value& predicate) {
  Value subject = Value::map();
  if (!subject_name.empty()) subject.set("name", subject_name);
  subject.set("digest", digest_set(digest));
  return write_statement(std::move(subject), predicate_type, predicate);
}

Statement parse_statement(std::string_view text) {
  constexpr std::string_view kWhere = "the statement";
  const Value root = json::parse(text, kWhere, {.bytes = kLargestStatement});
  require_object(root, kWhere, {"_type", "subject", "predicateType", "predicate"});
  const std::string& type = require_text(root, kWhere, "_type");
  if (type != kVersion1 && type != kVersion01) {
    throw Error(ErrorCode::InvalidInput, "the statement is of an unknown version, expected in-toto v0.1 or v1");
  }
  Statement statement;
  for (const Value& subject : require_list(root, kWhere, "subject", kMostSubjects)) {
    statement.subjects.push_back(parse_subject(subject));
  }
  if (statement.subjects.empty()) throw Error(ErrorCode::InvalidInput, "the statement has no subject");
  statement.predicate_type = require_text(root, kWhere, "predicateType");
  if (statement.predicate_type.empty()) throw Error(ErrorCode::InvalidInput, "the statement has no predicate type");
  if (const Value* predicate = root.find("predicate")) statement.predicate = *predicate;
  return statement;
}

}  // namespace waybill::signing
