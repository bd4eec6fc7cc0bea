#pragma once
// The corpus: good things and what was broken in them, rule by rule. A mutation names its rule, the reason that has to
// be given for refusing it, and the reason that was given.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill::signing::corpus {

inline constexpr std::string_view kAccepted = "accepted";

struct Mutation {
  std::string rule;      // "bundle: mediaType removed"; unique in the corpus
  std::string expected;  // kAccepted for a good one
  std::string found;
};
using Mutations = std::vector<Mutation>;

// Why the bytes are refused, or kAccepted.
using Judge = std::function<std::string(const std::string& bytes)>;

// An object of a JSON document: where it lies (keys, and indexes of lists), how messages name it, and its members of
// kind text that must be there.
struct Object {
  std::vector<std::string> path;
  std::string name;
  std::vector<std::string> texts = {};
  std::vector<std::string> lists = {};
  bool required = true;  // the object itself
};

// For every object: an unknown member; itself removed and replaced by every other kind; each of its texts and lists
// removed and replaced by every other kind; a member given twice. The reasons are those of signing/strict_json.h.
[[nodiscard]] Mutations structural(const std::string& what, const Value& document, const std::vector<Object>& objects,
                                   const Judge& judge);

// One replacement in a text, which must occur.
[[nodiscard]] std::string replaced(std::string_view text, std::string_view from, std::string_view to);
// The value at the path.
[[nodiscard]] Value& at(Value& document, const std::vector<std::string>& path);

[[nodiscard]] Mutations signature_mutations();
[[nodiscard]] Mutations bundle_mutations();
[[nodiscard]] Mutations statement_mutations();
[[nodiscard]] Mutations payload_mutations();
[[nodiscard]] Mutations log_entry_mutations();
[[nodiscard]] Mutations manifest_mutations();
[[nodiscard]] Mutations tree_mutations();

}  // namespace waybill::signing::corpus
