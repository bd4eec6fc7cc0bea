#include "oci/target.h"

#include <fmt/core.h>

#include "core/error.h"

namespace waybill::oci {
namespace {

constexpr std::string_view kHint =
    "expected oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST], oci-layout:FOLDER[:TAG][@DIGEST], oci-archive:FILE[:TAG], "
    "docker-archive:FILE[:TAG] or a path";

Error malformed(std::string_view text, std::string_view what) {
  return Error(ErrorCode::InvalidInput, fmt::format("'{}' is no target: {}", text.substr(0, 300), what))
      .hint(std::string(kHint));
}

struct PathAndTag {
  std::filesystem::path path;
  std::optional<std::string> tag;
};

PathAndTag split(std::string_view text, std::string_view rest, std::string_view kind) {
  PathAndTag result;
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    const std::string_view tag = rest.substr(colon + 1);
    if (!is_tag(tag)) throw malformed(text, fmt::format("'{}' is no tag", tag));
    result.tag = std::string(tag);
    rest = rest.substr(0, colon);
  }
  if (rest.empty()) throw malformed(text, fmt::format("it names no {}", kind));
  if (rest.find('\0') != std::string_view::npos) throw malformed(text, "a path must not hold a zero byte");
  result.path = std::string(rest);
  return result;
}

LayoutTarget parse_layout(std::string_view text, std::string_view rest) {
  LayoutTarget result;
  // A folder's name may hold '@': only a whole digest behind it is one.
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    result.digest = Digest::try_parse(rest.substr(at + 1));
    if (result.digest) {
      rest = rest.substr(0, at);
    } else if (rest.substr(at + 1).starts_with("sha256:") || rest.substr(at + 1).starts_with("sha512:")) {
      throw malformed(text, "what follows '@' is no digest");
    }
  }
  PathAndTag parts = split(text, rest, "folder");
  result.folder = std::move(parts.path);
  result.tag = std::move(parts.tag);
  return result;
}

std::string with_tag(std::string_view scheme, const std::filesystem::path& path,
                     const std::optional<std::string>& tag) {
  std::string result = fmt::format("{}:{}", scheme, path.string());
  if (tag) return result + ":" + *tag;
  return result;
}

struct Printer {
  std::string operator()(const RegistryTarget& target) const { return "oci://" + target.reference.to_string(); }
  std::string operator()(const LayoutTarget& target) const {
    const std::string result = with_tag("oci-layout", target.folder, target.tag);
    return target.digest ? result + "@" + target.digest->to_string() : result;
  }
  std::string operator()(const ArchiveTarget& target) const { return with_tag("oci-archive", target.file, target.tag); }
  std::string operator()(const DockerArchiveTarget& target) const {
    return with_tag("docker-archive", target.file, target.tag);
  }
  std::string operator()(const PathTarget& target) const { return target.path.string(); }
};

}  // namespace

Target parse_target(std::string_view text) {
  if (text.empty()) throw malformed(text, "it is empty");
  if (text.starts_with("oci://")) return RegistryTarget{Reference::parse(text.substr(6))};
  if (text.starts_with("oci-layout:")) return parse_layout(text, text.substr(11));
  if (text.starts_with("oci-archive:")) {
    PathAndTag parts = split(text, text.substr(12), "file");
    return ArchiveTarget{std::move(parts.path), std::move(parts.tag)};
  }
  if (text.starts_with("docker-archive:")) {
    PathAndTag parts = split(text, text.substr(15), "file");
    return DockerArchiveTarget{std::move(parts.path), std::move(parts.tag)};
  }
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    throw malformed(text, fmt::format("'{}://' is not known", text.substr(0, scheme)));
  }
  if (text.starts_with("oci:"))
    throw malformed(text, "'oci:' is written 'oci://' for a registry and 'oci-layout:' for a folder");
  if (text.find('\0') != std::string_view::npos) throw malformed(text, "a path must not hold a zero byte");
  return PathTarget{std::string(text)};
}

std::string to_string(const Target& target) { return std::visit(Printer{}, target); }

std::optional<std::string> tag_of(const Target& target) {
  if (const auto* registry = std::get_if<RegistryTarget>(&target)) return registry->reference.tag;
  if (const auto* layout = std::get_if<LayoutTarget>(&target)) return layout->tag;
  if (const auto* archive = std::get_if<ArchiveTarget>(&target)) return archive->tag;
  if (const auto* docker = std::get_if<DockerArchiveTarget>(&target)) return docker->tag;
  return std::nullopt;
}

std::optional<Digest> digest_of(const Target& target) {
  if (const auto* registry = std::get_if<RegistryTarget>(&target)) return registry->reference.digest;
  if (const auto* layout = std::get_if<LayoutTarget>(&target)) return layout->digest;
  return std::nullopt;
}

}  // namespace waybill::oci
