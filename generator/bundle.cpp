#include "generator/bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"

namespace waybill {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::string_view kToolName = "waybill";

const RelPath& bundle_path() {
  static const RelPath path = RelPath::parse(kBundleFile);
  return path;
}
const RelPath& checksums_path() {
  static const RelPath path = RelPath::parse(kChecksumsFile);
  return path;
}
bool is_attestation(const RelPath& path) {
  static const RelPath folder = RelPath::parse(kAttestationFolder);
  return path.is_within(folder);
}

// What bundle.json says about one file.
struct Listed {
  std::uint64_t size = 0;
  std::string digest;
  Executable executable = Executable::No;
};

Value describe(const RelPath& path, const TreeFile& file) {
  return Value::map({{"path", path.text()},
                     {"size", std::uint64_t{file.bytes.size()}},
                     {"digest", sha256(file.bytes).to_string()},
                     {"executable", file.executable == Executable::Yes}});
}

std::string bundle_json(const FileTree& tree, const BundleInfo& info) {
  Value files = Value::list();
  for (const auto& [path, file] : tree.files()) files.push_back(describe(path, file));
  return json::write_pretty(Value::map({{"formatVersion", kFormatVersion},
                                        {"tool", Value::map({{"name", kToolName}, {"version", info.tool_version}})},
                                        {"catalogue", to_value(info.catalogue)},
                                        {"recipe", Value::map({{"digest", info.recipe_digest}})},
                                        {"criteria", info.criteria.to_value()},
                                        {"deployer", info.deployer},
                                        {"options", info.options.is_null() ? Value::map() : sorted(info.options)},
                                        {"files", std::move(files)}}));
}

// The two blanks are sha256sum's; clean paths never need its escapes.
std::string checksums(const FileTree& tree) {
  std::string text;
  for (const auto& [path, file] : tree.files()) text += fmt::format("{}  {}\n", sha256(file.bytes).hex(), path.text());
  return text;
}

// Reads the members of one JSON object, each once, and insists on there being no others.
class Fields {
 public:
  Fields(const Value& value, std::string where) : value_(value), where_(std::move(where)) {
    if (!value_.is_map()) fail("expected a mapping");
  }
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("{}: {}", where_, reason)).at({std::string(kBundleFile)});
  }
  const Value& get(const std::string& name) {
    const Value* member = value_.find(name);
    if (member == nullptr) fail(fmt::format("no '{}'", name));
    seen_.insert(name);
    return *member;
  }
  std::string text(const std::string& name) {
    const Value& member = get(name);
    if (!member.is_string()) fail(fmt::format("'{}' is no text", name));
    return member.as_string();
  }
  void refuse_others() const {
    for (const Value::Member& member : value_.members()) {
      if (!seen_.contains(member.key)) fail(fmt::format("unknown field '{}'", member.key));
    }
  }

 private:
  const Value& value_;
  std::string where_;
  std::set<std::string> seen_;
};

Criteria read_criteria(const Value& value) {
  Fields fields(value, "criteria");
  Criteria criteria;
  for (const Dimension dimension : kDimensions) {
    // The catalogue that knows the word may not be here; what a bundle says was checked when it was made.
    const std::string word = fields.text(std::string(to_string(dimension)));
    if (word != kAny) criteria.set(dimension, word, {word});
  }
  if (value.find("nodes") != nullptr) {
    const Value& nodes = fields.get("nodes");
    if (!nodes.is_int()) fields.fail("'nodes' is no integer");
    criteria.set_nodes(nodes.as_int());
  }
  fields.refuse_others();
  return criteria;
}

std::pair<RelPath, Listed> read_file_entry(const Value& value) {
  Fields fields(value, "files");
  const RelPath path = RelPath::parse(fields.text("path"));
  const Value& size = fields.get("size");
  if (!size.is_int() || size.as_int() < 0) fields.fail("'size' is no size");
  const Value& executable = fields.get("executable");
  if (!executable.is_bool()) fields.fail("'executable' is no boolean");
  Listed listed{static_cast<std::uint64_t>(size.as_int()), Digest::parse(fields.text("digest")).to_string(),
                executable.as_bool() ? Executable::Yes : Executable::No};
  fields.refuse_others();
  return {path, std::move(listed)};
}

struct Document {
  BundleInfo info;
  std::map<RelPath, Listed> files;
};

Document read_document(const FileTree& tree) {
  const Value value = json::parse(tree.at(bundle_path()).bytes, kBundleFile);
  Fields fields(value, "bundle");
  const Value& format = fields.get("formatVersion");
  if (!format.is_int() || format.as_int() != kFormatVersion) {
    fields.fail(fmt::format("this program reads bundles of format version {} only", kFormatVersion));
  }
  Document document;
  Fields tool(fields.get("tool"), "tool");
  if (tool.text("name") != kToolName) tool.fail("made by another program");
  document.info.tool_version = tool.text("version");
  tool.refuse_others();
  Fields catalogue(fields.get("catalogue"), "catalogue");
  document.info.catalogue = {catalogue.text("version"), catalogue.text("digest")};
  catalogue.refuse_others();
  Fields recipe(fields.get("recipe"), "recipe");
  document.info.recipe_digest = recipe.text("digest");
  recipe.refuse_others();
  document.info.criteria = read_criteria(fields.get("criteria"));
  document.info.deployer = fields.text("deployer");
  document.info.options = fields.get("options");
  if (!document.info.options.is_map()) fields.fail("'options' is no mapping");
  const Value& files = fields.get("files");
  if (!files.is_list()) fields.fail("'files' is no list");
  for (const Value& entry : files.items()) {
    auto [path, listed] = read_file_entry(entry);
    if (!document.files.emplace(path, std::move(listed)).second)
      fields.fail(fmt::format("'{}' is listed twice", path.text()));
  }
  fields.refuse_others();
  return document;
}

// Path to digest. Problems of the list itself go into `problems`.
std::map<RelPath, Digest> read_checksums(std::string_view text, std::vector<FileProblem>& problems) {
  std::map<RelPath, Digest> result;
  std::size_t number = 0;
  const auto complain = [&](std::string_view what) {
    problems.push_back({std::string(kChecksumsFile), fmt::format("line {}: {}", number, what)});
  };
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      complain("no line feed at the end");
      break;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    constexpr std::size_t kHexDigits = 64;
    const std::optional<Digest> digest = Digest::try_parse(fmt::format("sha256:{}", line.substr(0, kHexDigits)));
    const std::optional<RelPath> path =
        line.size() > kHexDigits + 2 ? RelPath::try_parse(line.substr(kHexDigits + 2)) : std::nullopt;
    if (!digest || !path || line.substr(kHexDigits, 2) != "  ") {
      complain("not of the form '<sha256>  <path>'");
    } else if (!result.emplace(*path, *digest).second) {
      complain(fmt::format("'{}' is listed twice", path->text()));
    }
  }
  return result;
}

void check_against_checksums(const FileTree& tree, std::vector<FileProblem>& problems) {
  const std::map<RelPath, Digest> listed = read_checksums(tree.at(checksums_path()).bytes, problems);
  for (const auto& [path, file] : tree.files()) {
    if (path == checksums_path() || is_attestation(path)) continue;
    const auto entry = listed.find(path);
    if (entry == listed.end()) {
      problems.push_back({path.text(), fmt::format("not listed in {}", kChecksumsFile)});
    } else if (const Digest digest = sha256(file.bytes); digest != entry->second) {
      problems.push_back({path.text(), fmt::format("changed: {} lists {}, it is {}", kChecksumsFile,
                                                   entry->second.to_string(), digest.to_string())});
    }
  }
  for (const auto& [path, digest] : listed) {
    if (path == checksums_path() || is_attestation(path)) {
      problems.push_back({path.text(), fmt::format("must not be listed in {}", kChecksumsFile)});
    } else if (!tree.contains(path)) {
      problems.push_back({path.text(), fmt::format("missing: listed in {}", kChecksumsFile)});
    }
  }
}

void compare(const RelPath& path, const TreeFile& file, const Listed& listed, std::vector<FileProblem>& problems) {
  if (file.executable != listed.executable) problems.push_back({path.text(), "executable bit differs"});
  if (file.bytes.size() != listed.size) {
    problems.push_back({path.text(), fmt::format("changed: {} lists {} bytes, there are {}", kBundleFile, listed.size,
                                                 file.bytes.size())});
  } else if (const std::string digest = sha256(file.bytes).to_string(); digest != listed.digest) {
    problems.push_back(
        {path.text(), fmt::format("changed: {} lists {}, it is {}", kBundleFile, listed.digest, digest)});
  }
}

void check_against_bundle_file(const FileTree& tree, std::vector<FileProblem>& problems) {
  const Document document = read_document(tree);
  for (const auto& [path, file] : tree.files()) {
    if (is_attestation(path)) continue;
    if (path == checksums_path() || path == bundle_path()) {
      // The lists cannot list themselves: they are never executable.
      if (file.executable == Executable::Yes) problems.push_back({path.text(), "executable bit differs"});
      continue;
    }
    const auto entry = document.files.find(path);
    if (entry == document.files.end()) {
      problems.push_back({path.text(), fmt::format("not listed in {}", kBundleFile)});
    } else {
      compare(path, file, entry->second, problems);
    }
  }
  for (const auto& [path, listed] : document.files) {
    if (path == checksums_path() || path == bundle_path() || is_attestation(path)) {
      problems.push_back({path.text(), fmt::format("must not be listed in {}", kBundleFile)});
    } else if (!tree.contains(path)) {
      problems.push_back({path.text(), fmt::format("missing: listed in {}", kBundleFile)});
    }
  }
}

}  // namespace

Bundle seal(FileTree rendered, BundleInfo info) {
  for (const auto& [path, file] : rendered.files()) {
    if (path == bundle_path() || path == checksums_path() || is_attestation(path)) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' is made by sealing, so a rendered tree cannot hold it", path.text()));
    }
  }
  std::string document = bundle_json(rendered, info);
  rendered.add(bundle_path(), std::move(document));
  std::string list = checksums(rendered);
  rendered.add(checksums_path(), std::move(list));
  if (info.options.is_null()) info.options = Value::map();
  return {std::move(rendered), std::move(info)};
}

std::vector<FileProblem> check_checksums(const FileTree& tree) {
  if (!tree.contains(checksums_path())) return {{std::string(kChecksumsFile), "missing"}};
  std::vector<FileProblem> problems;
  check_against_checksums(tree, problems);
  return problems;
}

std::vector<FileProblem> check_files(const FileTree& tree) {
  std::vector<FileProblem> problems = check_checksums(tree);
  if (!tree.contains(bundle_path())) {
    problems.push_back({std::string(kBundleFile), "missing"});
    return problems;
  }
  try {
    check_against_bundle_file(tree, problems);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    problems.push_back({std::string(kBundleFile), "malformed: " + error.message()});
  }
  return problems;
}

BundleInfo read_bundle_info(const FileTree& tree) {
  if (!tree.contains(bundle_path())) {
    throw Error(ErrorCode::InvalidInput, fmt::format("no '{}': this is not a bundle", kBundleFile));
  }
  return read_document(tree).info;
}

}  // namespace waybill
