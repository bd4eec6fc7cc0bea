#include "generator/field_rules.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/rel_path.h"
#include "core/suggest.h"

namespace waybill {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_alphanumeric(char c) noexcept { return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool all_of(std::string_view text, std::string_view extra) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alphanumeric(c) || extra.find(c) != std::string_view::npos; });
}

// Non-empty segments between single '/', each beginning with a letter or digit and made of [A-Za-z0-9] and `extra`.
bool are_segments(std::string_view text, std::string_view extra) noexcept {
  constexpr std::size_t kLongest = 253;
  if (text.empty() || text.size() > kLongest || text.find("..") != std::string_view::npos) return false;
  while (true) {
    const std::size_t slash = text.find('/');
    const std::string_view segment = text.substr(0, slash);
    if (segment.empty() || !is_alphanumeric(segment.front()) || !all_of(segment, extra)) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_host(std::string_view authority) noexcept {
  const std::size_t colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  if (host.empty() || !is_alphanumeric(host.front()) || !is_alphanumeric(host.back()) || !all_of(host, ".-"))
    return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view port = authority.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

class Checker {
 public:
  explicit Checker(const ComponentRef& component) : component_(component) {}

  template <typename Rule>
  void text(std::string_view field, const std::string& value, Rule rule, std::string_view expectation) {
    if (!value.empty() && !rule(value))
      add(field, field == "version" ? "version-not-pinned" : "bad-value",
          fmt::format("'{}' is no valid {}", value, field), expectation);
  }
  void paths(std::string_view field, const std::vector<std::string>& values) {
    for (const std::string& value : values) path(field, value);
  }
  void path(std::string_view field, const std::string& value) {
    if (!value.empty() && !RelPath::try_parse(value))
      add(field, "unclean-path", fmt::format("'{}' is no clean relative path", value),
          "no leading '/', no '.' or '..' segment");
  }
  void add(std::string_view field, std::string_view rule, std::string message, std::string_view hint) {
    problems_.push_back({std::string(field), rule,
                         fmt::format("component '{}': {}", component_.name, std::move(message)), std::string(hint)});
  }
  [[nodiscard]] std::vector<FieldProblem> take() { return std::move(problems_); }

 private:
  const ComponentRef& component_;
  std::vector<FieldProblem> problems_;
};

}  // namespace

bool is_dns_label(std::string_view text) noexcept {
  const auto inner = [](char c) { return is_digit(c) || is_lower(c) || c == '-'; };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), inner);
}

bool is_plain_word(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && is_alphanumeric(text.front()) && all_of(text, "._+-");
}

bool is_source_url(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 2048;
  if (text.size() > kLongest) return false;
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, separator);
  if (scheme != "https" && scheme != "http" && scheme != "oci") return false;
  const std::string_view rest = text.substr(separator + 3);
  const std::size_t slash = rest.find('/');
  if (!is_host(rest.substr(0, slash))) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view path = rest.substr(slash);
  return all_of(path, "/._~-+") && path.find("..") == std::string_view::npos &&
         path.find("//") == std::string_view::npos;
}

bool is_exact_version(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 128;
  if (text.size() > kLongest) return false;
  if (text.starts_with('v')) text.remove_prefix(1);
  for (int part = 0; part < 3; ++part) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
    if (part < 2) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
  }
  if (text.empty()) return true;
  if (text.front() != '-' && text.front() != '+') return false;
  text.remove_prefix(1);
  return !text.empty() && all_of(text, ".+-") && std::count(text.begin(), text.end(), '+') <= 1;
}

bool is_git_revision(std::string_view text) noexcept { return are_segments(text, "._-"); }
bool is_chart_name(std::string_view text) noexcept { return are_segments(text, "._-"); }

std::vector<FieldProblem> check_fields(const ComponentRef& component) {
  Checker check(component);
  check.text("name", component.name, is_dns_label, "lower-case letters, digits and '-', at most 63 (RFC 1123)");
  check.text("namespace", component.name_space, is_dns_label,
             "lower-case letters, digits and '-', at most 63 (RFC 1123)");
  check.text("chart", component.chart, is_chart_name, "letters, digits, '.', '_' and '-'");
  check.text("version", component.version, is_exact_version, "one exact version such as 1.2.3 or v1.2.3-rc.1");
  check.text("tag", component.tag, is_git_revision, "a git tag, branch or commit");
  if (!component.source.empty() && !is_source_url(component.source)) {
    // Not shown: what is wrong with it may be a password.
    check.add("source", "bad-value", "the source is no valid URL",
              "https://, http:// or oci://, a host and a path; no credentials, query or fragment");
  }
  if (!component.type.empty() && component.type != kHelm && component.type != kKustomize) {
    check.add("type", "bad-value", fmt::format("'{}' is no known type", component.type),
              suggestion(component.type, {std::string(kHelm), std::string(kKustomize)}));
  }
  check.path("path", component.path);
  check.path("valuesFile", component.values_file);
  check.paths("patches", component.patches);
  check.paths("manifestFiles", component.manifest_files);
  for (const std::string& file : component.manifest_files) {
    if (!file.ends_with(".yaml") && !file.ends_with(".yml"))
      check.add("manifestFiles", "bad-value", fmt::format("the manifest '{}' is no .yaml file", file),
                "other files are not deployed");
  }
  return check.take();
}

std::vector<FieldProblem> check_complete(const ComponentRef& component) {
  Checker check(component);
  const auto require = [&](std::string_view field, const std::string& value) {
    if (value.empty())
      check.add(field, field == "version" || field == "tag" ? "version-not-pinned" : "missing-field",
                fmt::format("{} is missing", field), "");
  };
  require("name", component.name);
  require("type", component.type);
  if (component.is_kustomize()) {
    require("source", component.source);
    require("path", component.path);
    require("tag", component.tag);
    if (component.source.starts_with("oci://"))
      check.add("source", "bad-value", "kustomize cannot read an oci:// source",
                "give the https:// address of a git repository");
  } else if (!component.is_manifest_only()) {
    require("chart", component.chart);
    require("version", component.version);
  } else if (component.manifest_files.empty()) {
    check.add("source", "missing-field", "there is nothing to deploy: neither source nor manifestFiles", "");
  }
  return check.take();
}

}  // namespace waybill
