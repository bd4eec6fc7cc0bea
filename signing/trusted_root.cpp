#include "signing/trusted_root.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "core/error.h"
#include "core/json/reader.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::array<std::string_view, 2> kMediaTypes = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
};
constexpr std::string_view kWhere = "the trusted root";
constexpr std::size_t kMost = 64;
constexpr std::size_t kLongestChain = 8;
constexpr std::size_t kLogIdSize = 32;

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("{} {}", kWhere, why));
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Of digits, as the shape of the text says.
int number(std::string_view text, std::size_t start, std::size_t size) {
  int value = 0;
  for (const char c : text.substr(start, size)) value = value * 10 + (c - '0');
  return value;
}

// RFC 3339 in UTC, as protobuf writes it: "2022-04-13T20:06:15Z" or with a fraction of a second, which is cut off.
std::int64_t parse_time(const std::string& text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  const bool shaped = text.size() > kShape.size() &&
                      std::ranges::equal(kShape, text.substr(0, kShape.size()),
                                         [](char shape, char c) { return shape == 'd' ? is_digit(c) : shape == c; });
  const std::string_view rest = shaped ? std::string_view(text).substr(kShape.size()) : std::string_view();
  const bool fraction = rest.size() > 2 && rest.size() <= 11 && rest[0] == '.' && rest.back() == 'Z' &&
                        std::ranges::all_of(rest.substr(1, rest.size() - 2), is_digit);
  if (rest != "Z" && !fraction) refuse(fmt::format("has a time '{}' that is not RFC 3339 in UTC", text.substr(0, 60)));
  const std::chrono::year_month_day day{std::chrono::year(number(text, 0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(text, 5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
  const int hour = number(text, 11, 2);
  const int minute = number(text, 14, 2);
  const int second = number(text, 17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59)
    refuse(fmt::format("has a time '{}' that does not exist", text));
  const std::chrono::sys_seconds moment = std::chrono::sys_days(day) + std::chrono::hours(hour) +
                                          std::chrono::minutes(minute) + std::chrono::seconds(second);
  return moment.time_since_epoch().count();
}

Validity parse_validity(const Value& value, std::string_view where) {
  require_object(value, where, {"start", "end"});
  Validity validity{parse_time(require_text(value, where, "start")), {}};
  // protobuf may write what is absent as null.
  if (const Value* end = value.find("end"); end != nullptr && !end->is_null())
    validity.end = parse_time(require_text(value, where, "end"));
  return validity;
}

Log parse_log(const Value& value) {
  constexpr std::string_view kLog = "a log of the trusted root";
  require_object(value, kLog, {"baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator"});
  if (require_text(value, kLog, "hashAlgorithm") != "SHA2_256") refuse("names a log that does not hash with SHA-256");
  const Value& key = require_member(value, kLog, "publicKey");
  constexpr std::string_view kKey = "the key of a log of the trusted root";
  require_object(key, kKey, {"rawBytes", "keyDetails", "validFor"});
  const Value& id = require_member(value, kLog, "logId");
  require_object(id, "the id of a log of the trusted root", {"keyId"});
  Log log{require_base64(id, "the id of a log of the trusted root", "keyId"),
          LogKey::from_der(require_base64(key, kKey, "rawBytes"), require_text(key, kKey, "keyDetails")),
          parse_validity(require_member(key, kKey, "validFor"), "the validity of a log of the trusted root")};
  if (log.id.size() != kLogIdSize) refuse("has a log id that is not 32 bytes long");
  return log;
}

Authority parse_authority(const Value& value) {
  constexpr std::string_view kAuthority = "an authority of the trusted root";
  require_object(value, kAuthority, {"subject", "uri", "certChain", "validFor", "operator"});
  const Value& chain = require_member(value, kAuthority, "certChain");
  require_object(chain, "a chain of the trusted root", {"certificates"});
  Authority authority{{},
                      parse_validity(require_member(value, kAuthority, "validFor"),
                                     "the validity of an authority of the trusted root")};
  for (const Value& link : require_list(chain, "a chain of the trusted root", "certificates", kLongestChain)) {
    constexpr std::string_view kCertificate = "a certificate of the trusted root";
    require_object(link, kCertificate, {"rawBytes"});
    authority.chain.push_back(Certificate::from_der(require_base64(link, kCertificate, "rawBytes"), kCertificate));
  }
  if (authority.chain.empty()) refuse("has an authority without a certificate");
  return authority;
}

template <typename Item, typename Parse>
std::vector<Item> parse_all(const Value& root, std::string_view member, Parse parse) {
  std::vector<Item> items;
  if (root.find(member) == nullptr) return items;
  for (const Value& item : require_list(root, kWhere, member, kMost)) items.push_back(parse(item));
  return items;
}

}  // namespace

const Log* find_log(const std::vector<Log>& logs, std::string_view id) noexcept {
  const auto found = std::ranges::find(logs, id, &Log::id);
  return found == logs.end() ? nullptr : &*found;
}

TrustedRoot parse_trusted_root(std::string_view text, std::string_view name) {
  return with_context(
      [&] { return fmt::format("while reading the trusted root '{}'", name); },
      [&] {
        const Value root = json::parse(text, name, {.bytes = kLargestTrustedRoot, .depth = 16});
        require_object(root, kWhere,
                       {"mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"});
        if (std::ranges::find(kMediaTypes, require_text(root, kWhere, "mediaType")) == kMediaTypes.end())
          refuse("has an unknown media type");
        return TrustedRoot{parse_all<Authority>(root, "certificateAuthorities", parse_authority),
                           parse_all<Log>(root, "ctlogs", parse_log), parse_all<Log>(root, "tlogs", parse_log),
                           parse_all<Authority>(root, "timestampAuthorities", parse_authority)};
      });
}

}  // namespace waybill::signing
