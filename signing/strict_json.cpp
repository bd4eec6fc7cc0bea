#include "signing/strict_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "core/bytes.h"
#include "core/error.h"

namespace waybill::signing {
namespace {

// Names come from untrusted hands: shortened for messages.
std::string_view shortened(std::string_view name) { return name.substr(0, 60); }

}  // namespace

void require_object(const Value& value, std::string_view where, std::initializer_list<std::string_view> known) {
  if (!value.is_map()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} must be an object, not a {}", where, value.kind_name()));
  }
  for (const Value::Member& member : value.members()) {
    if (std::ranges::find(known, member.key) == known.end()) {
      throw Error(ErrorCode::InvalidInput, fmt::format("{} has an unknown member '{}'", where, shortened(member.key)));
    }
  }
}

const Value& require_member(const Value& object, std::string_view where, std::string_view name) {
  const Value* member = object.find(name);
  if (member == nullptr) throw Error(ErrorCode::InvalidInput, fmt::format("{} has no '{}'", where, name));
  return *member;
}

const std::string& require_text(const Value& object, std::string_view where, std::string_view name) {
  const Value& member = require_member(object, where, name);
  if (!member.is_string()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' of {} must be a text, not a {}", name, where, member.kind_name()));
  }
  return member.as_string();
}

const Value::List& require_list(const Value& object, std::string_view where, std::string_view name, std::size_t most) {
  const Value& member = require_member(object, where, name);
  if (!member.is_list()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' of {} must be a list, not a {}", name, where, member.kind_name()));
  }
  if (member.items().size() > most) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' of {} has more than {} items", name, where, most));
  }
  return member.items();
}

std::string require_base64(const Value& object, std::string_view where, std::string_view name) {
  std::optional<std::string> bytes = from_base64(require_text(object, where, name));
  if (!bytes) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' of {} is not base64", name, where));
  return *std::move(bytes);
}

}  // namespace waybill::signing
