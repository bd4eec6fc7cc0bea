#include "generator/free_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/yaml/node.h"

namespace waybill {
namespace {

// Reads the parts of a date one after the other.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  // A number of one digit up to `most` digits.
  std::optional<int> number(std::size_t most) {
    std::size_t count = 0;
    while (count < rest_.size() && count < most && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    int value = 0;
    if (count == 0 || std::from_chars(rest_.data(), rest_.data() + count, value).ec != std::errc{}) return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }
  bool character(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // ".5" without the zeros at its end; empty when there is none.
  std::string fraction() {
    if (!rest_.starts_with('.')) return {};
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789", 1), rest_.size());
    std::string digits(rest_.substr(0, std::min<std::size_t>(end, 10)));
    rest_.remove_prefix(end);
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits == "." ? std::string() : digits;
  }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

int days_of(int year, int month) noexcept {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays.at(static_cast<std::size_t>(month - 1));
}

// "Z" or "+02:00"; nothing when the text has neither.
std::optional<std::string> zone(DateReader& reader) {
  if (reader.character("Z")) return "Z";
  const bool plus = reader.character("+");
  if (!plus && !reader.character("-")) return std::nullopt;
  const std::optional<int> hours = reader.number(2);
  if (!hours || !reader.character(":")) return std::nullopt;
  const std::optional<int> minutes = reader.number(2);
  if (!minutes || *hours > 24 || *minutes > 60) return std::nullopt;
  if (*hours == 0 && *minutes == 0) return "Z";
  return fmt::format("{}{:02}:{:02}", plus ? '+' : '-', *hours, *minutes);
}

// A year has four digits, and so has nothing else in these forms before its first dash.
bool begins_as_date(std::string_view text) noexcept {
  return text.size() >= 8 && text[4] == '-' &&
         std::all_of(text.begin(), text.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
}

void settle_timestamps(yaml::Node& node) {
  if (node.kind == yaml::Kind::Scalar && node.plain) {
    if (std::string text = timestamp_text(node.text); !text.empty()) {
      node.text = std::move(text);
      node.plain = false;
    }
  }
  for (yaml::Node& item : node.items) settle_timestamps(item);
  for (auto& [key, value] : node.members) settle_timestamps(value);
}

bool is_text_key(const yaml::Node& key) {
  return !key.plain || (key.to_value().is_string() && timestamp_text(key.text).empty());
}

// Lists hold their mappings apart from every merge.
void find_whole(const yaml::Node& node, DataPath& path, std::set<DataPath>& whole) {
  for (const auto& [key, value] : node.members) {
    if (value.kind != yaml::Kind::Map) continue;
    path.push_back(key.text);
    const bool opaque = std::any_of(value.members.begin(), value.members.end(),
                                    [](const auto& member) { return !is_text_key(member.first); });
    if (opaque) whole.insert(path);
    find_whole(value, path, whole);
    path.pop_back();
  }
}

class Layering {
 public:
  Layering(std::set<DataPath>& base, const std::set<DataPath>& over) : base_(base), over_(over) {}

  void merge(Value& base, const Value& over) {
    if (base.is_map() && over.is_map() && !base_.contains(path_) && !over_.contains(path_)) {
      for (const auto& [key, value] : over.members()) {
        path_.push_back(key);
        if (Value* present = base.find(key)) {
          merge(*present, value);
        } else {
          base.members().push_back({key, value});
          take_paths();
        }
        path_.pop_back();
      }
      return;
    }
    base = over;
    take_paths();
  }

 private:
  // What is whole from here on is what the upper layer says.
  void take_paths() {
    for (const DataPath& path : paths_below(base_, path_)) base_.erase(path);
    base_.merge(paths_below(over_, path_));
  }

  std::set<DataPath>& base_;
  const std::set<DataPath>& over_;
  DataPath path_;
};

}  // namespace

FreeData read_free_data(yaml::Node node, std::uint32_t source) {
  FreeData data;
  DataPath path;
  find_whole(node, path, data.whole);
  settle_timestamps(node);
  data.value = std::move(node).to_value(source);
  return data;
}

void lay_over(FreeData& base, const FreeData& over) {
  if (base.whole.empty() && over.whole.empty()) {
    base.value = merged(std::move(base.value), over.value);
  } else {
    Layering(base.whole, over.whole).merge(base.value, over.value);
  }
}

std::set<DataPath> paths_below(const std::set<DataPath>& whole, const DataPath& path) {
  std::set<DataPath> result;
  for (auto found = whole.lower_bound(path); found != whole.end(); ++found) {
    if (found->size() < path.size() || !std::equal(path.begin(), path.end(), found->begin())) break;
    result.insert(*found);
  }
  return result;
}

std::string timestamp_text(std::string_view text) {
  if (!begins_as_date(text)) return {};
  DateReader reader(text);
  const std::optional<int> year = reader.number(4);
  if (!year || !reader.character("-")) return {};
  const std::optional<int> month = reader.number(2);
  if (!month || *month < 1 || *month > 12 || !reader.character("-")) return {};
  const std::optional<int> day = reader.number(2);
  if (!day || *day < 1 || *day > days_of(*year, *month)) return {};
  const std::string date = fmt::format("{:04}-{:02}-{:02}", *year, *month, *day);
  if (reader.at_end()) return date + "T00:00:00Z";
  const bool with_zone = reader.character("Tt");
  if (!with_zone && !reader.character(" ")) return {};
  const std::optional<int> hour = reader.number(2);
  if (!hour || *hour > 23 || !reader.character(":")) return {};
  const std::optional<int> minute = reader.number(2);
  if (!minute || *minute > 59 || !reader.character(":")) return {};
  const std::optional<int> second = reader.number(2);
  if (!second || *second > 59) return {};
  const std::string fraction = reader.fraction();
  const std::optional<std::string> offset = with_zone ? zone(reader) : std::optional<std::string>("Z");
  if (!offset || !reader.at_end()) return {};
  return fmt::format("{}T{:02}:{:02}:{:02}{}{}", date, *hour, *minute, *second, fraction, *offset);
}

}  // namespace waybill
