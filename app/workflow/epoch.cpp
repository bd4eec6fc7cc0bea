#include "app/workflow/epoch.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"

namespace waybill {
namespace {

constexpr std::uint64_t kLargestEpoch = std::uint64_t{1} << 53U;  // what every JSON reader keeps exactly
constexpr std::size_t kLongestLine = 64;
constexpr std::size_t kMostLines = 10'000;
constexpr std::uint64_t kLargestMemory = 1ULL << 20;

bool is_line(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestLine && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::optional<std::uint64_t> number_of(const Value& value) {
  if (!value.is_int()) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&value.data());
  if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) > kLargestEpoch) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

Epoch parse_epoch(std::string_view text) {
  Epoch epoch;
  std::string_view number = text;
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    epoch.line = text.substr(0, colon);
    number = text.substr(colon + 1);
  }
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, epoch.number);
  if (number.empty() || error != std::errc{} || stop != end || epoch.number > kLargestEpoch || !is_line(epoch.line))
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no epoch", text.substr(0, 100)))
        .hint("write a number, or LINE:NUMBER with a line of letters, digits, '.', '_' and '-'");
  return epoch;
}

Value to_value(const Epoch& epoch) { return Value::map({{"line", epoch.line}, {"number", epoch.number}}); }

std::string to_string(const Epoch& epoch) { return fmt::format("{} of the line '{}'", epoch.number, epoch.line); }

std::optional<Epoch> epoch_of(const BundleInfo& info) {
  const Value* stated = info.options.find(kEpochOption);
  if (stated == nullptr) return std::nullopt;
  const Value* number = stated->find("number");
  const std::optional<std::uint64_t> read = number == nullptr ? std::nullopt : number_of(*number);
  const std::string line = stated->text_or("line", {});
  if (!read || !is_line(line) || stated->members().size() != 2)
    throw Error(ErrorCode::InvalidInput, fmt::format("the epoch in {} is none", kBundleFile));
  return Epoch{line, *read};
}

EpochMemory parse_epochs(std::string_view text, const std::string& file) {
  const Value root = json::parse(text, file, {.bytes = kLargestMemory, .depth = 4});
  if (!root.is_map() || root.members().size() > kMostLines)
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no mapping of lines to epochs", file));
  EpochMemory memory;
  for (const auto& [line, value] : root.members()) {
    const std::optional<std::uint64_t> number = number_of(value);
    if (!is_line(line) || !number)
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds something else than lines and epochs", file));
    memory.emplace(line, *number);
  }
  return memory;
}

std::string write_epochs(const EpochMemory& memory) {
  Value root = Value::map();
  for (const auto& [line, number] : memory) root.set(line, number);
  return json::write_pretty(root);
}

}  // namespace waybill
