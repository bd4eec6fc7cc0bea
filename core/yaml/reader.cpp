#include "core/yaml/reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/bytes.h"
#include "core/text_position.h"
#include "core/yaml/event_parser.h"
#include "core/yaml/plain_scalar.h"

namespace waybill::yaml {
namespace {

constexpr std::string_view kMergeKey = "<<";

struct Size {
  std::uint64_t nodes = 0;
  std::uint64_t bytes = 0;
  std::uint32_t height = 0;
};

Size measure(const Node& node) {
  Size size{1, node.text.size(), 1};
  const auto include = [&size](const Node& part) {
    const Size more = measure(part);
    size.nodes += more.nodes;
    size.bytes += more.bytes;
    size.height = std::max(size.height, more.height + 1);
  };
  for (const Node& item : node.items) include(item);
  for (const auto& [key, value] : node.members) {
    include(key);
    include(value);
  }
  return size;
}

// Composes the nodes of one stream from its events. Depth is limited, so recursion is too.
class Composer {
 public:
  Composer(std::string_view text, std::string_view name, const Limits& limits) : parser_(text, name), limits_(limits) {}

  // The root of the next document; nothing at the end of the stream.
  std::optional<Node> next_document() {
    if (parser_.next().type == Event::Type::StreamEnd) return std::nullopt;  // else the document's start
    anchors_.clear();
    Node root = compose(parser_.next(), 1);
    static_cast<void>(parser_.next());  // the document's end
    return root;
  }

  [[noreturn]] void fail(const Node& node, std::string message, std::string hint) const {
    parser_.fail(node.line, node.column, std::move(message), std::move(hint));
  }

 private:
  struct Anchor {
    Node node;
    Size size;
  };

  Node compose(Event& event, std::uint32_t depth) {
    if (depth > limits_.depth) parser_.fail(event, fmt::format("more than {} levels of nesting", limits_.depth));
    if (event.type == Event::Type::Alias) return expand(event, depth);
    charge(event, 1, event.text.size());
    const std::string anchor = std::move(event.anchor);
    if (!anchor.empty()) anchors_.erase(anchor);  // within itself a name is not defined, whatever it meant before
    Node node;
    node.line = event.line;
    node.column = event.column;
    switch (event.type) {
      case Event::Type::Scalar:
        compose_scalar(event, node);
        break;
      case Event::Type::ListStart:
        compose_list(event, node, depth);
        break;
      case Event::Type::MapStart:
        compose_map(event, node, depth);
        break;
      case Event::Type::Alias:
      case Event::Type::StreamEnd:
      case Event::Type::DocumentStart:
      case Event::Type::DocumentEnd:
      case Event::Type::ListEnd:
      case Event::Type::MapEnd:
        throw Error(ErrorCode::Internal, "the YAML parser gave events out of order");
    }
    if (!anchor.empty()) {
      const Size size = measure(node);
      charge(event, size.nodes, size.bytes);  // the copy takes memory even if nobody names it
      anchors_.insert_or_assign(anchor, Anchor{node, size});
    }
    return node;
  }

  Node expand(const Event& event, std::uint32_t depth) {
    const auto found = anchors_.find(event.anchor);
    if (found == anchors_.end()) {
      parser_.fail(event, fmt::format("the alias '*{}' has no anchor before it", event.anchor),
                   fmt::format("mark the value it stands for with '&{}'", event.anchor));
    }
    const auto& [node, size] = found->second;
    if (size.height > limits_.depth - depth + 1)
      parser_.fail(event, fmt::format("more than {} levels of nesting", limits_.depth));
    charge(event, size.nodes, size.bytes);
    return node;
  }

  void charge(const Event& event, std::uint64_t nodes, std::uint64_t bytes) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ <= limits_.nodes && bytes_ <= limits_.bytes) return;
    parser_.fail(
        event, nodes_ > limits_.nodes
                   ? fmt::format("the document has more than {} values, counted with aliases expanded", limits_.nodes)
                   : fmt::format("the document has more than {} bytes, counted with aliases expanded", limits_.bytes));
  }

  void compose_scalar(Event& event, Node& node) {
    node.kind = Kind::Scalar;
    node.plain = event.plain;
    if (!event.tag.empty()) apply_tag(event, node);
    node.text = std::move(event.text);
  }

  // The core tags are honoured where they agree with the text; nothing is converted.
  void apply_tag(const Event& event, Node& node) const {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    const std::string_view tag = event.tag;
    if (tag == "!" || tag == "tag:yaml.org,2002:str") {
      node.plain = false;
      return;
    }
    const Value value = resolve_plain(event.text);
    const std::string_view name = tag.starts_with(kCore) ? tag.substr(kCore.size()) : std::string_view();
    const bool agrees = (name == "int" && value.is_int()) || (name == "float" && value.is_double()) ||
                        (name == "bool" && value.is_bool()) || (name == "null" && value.is_null());
    if (!agrees) fail_tag(event);
    node.plain = true;
  }

  void require_tag(const Event& event, std::string_view wanted) const {
    if (!event.tag.empty() && event.tag != "!" && event.tag != wanted) fail_tag(event);
  }

  [[noreturn]] void fail_tag(const Event& event) const {
    parser_.fail(event, fmt::format("the tag '{}' is not supported here", event.tag),
                 "remove the tag; quotes make a text of a number");
  }

  void compose_list(const Event& start, Node& node, std::uint32_t depth) {
    node.kind = Kind::List;
    require_tag(start, "tag:yaml.org,2002:seq");
    while (true) {
      Event& event = parser_.next();
      if (event.type == Event::Type::ListEnd) return;
      node.items.push_back(compose(event, depth + 1));
    }
  }

  void compose_map(const Event& start, Node& node, std::uint32_t depth) {
    node.kind = Kind::Map;
    require_tag(start, "tag:yaml.org,2002:map");
    bool merges = false;
    while (true) {
      Event& event = parser_.next();
      if (event.type == Event::Type::MapEnd) break;
      Node key = compose(event, depth + 1);
      if (key.kind != Kind::Scalar)
        fail(key, fmt::format("a {} is used as a key", key.kind == Kind::List ? "list" : "mapping"),
             "keys are texts; put quotes around it if it is one");
      merges = merges || (key.plain && key.text == kMergeKey);
      Node value = compose(parser_.next(), depth + 1);
      node.members.emplace_back(std::move(key), std::move(value));
    }
    refuse_duplicates(node);
    if (merges) apply_merge(node);
  }

  void refuse_duplicates(const Node& map) const {
    constexpr std::size_t kSmall = 16;  // comparing all pairs is faster up to here
    const Node* second = nullptr;
    const Node* first = nullptr;
    if (map.members.size() <= kSmall) {
      for (std::size_t i = 1; i < map.members.size() && second == nullptr; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          if (map.members[i].first.text != map.members[j].first.text) continue;
          first = &map.members[j].first;
          second = &map.members[i].first;
          break;
        }
      }
    } else {
      std::unordered_map<std::string_view, const Node*> seen;
      seen.reserve(map.members.size());
      for (const auto& member : map.members) {
        const auto [place, fresh] = seen.emplace(member.first.text, &member.first);
        if (fresh) continue;
        first = place->second;
        second = &member.first;
        break;
      }
    }
    if (second != nullptr) {
      fail(*second,
           fmt::format("the key '{}' appears twice in one mapping, first in line {}", second->text, first->line),
           "remove or rename one of them");
    }
  }

  // As go-yaml: own keys win, of several sources the first.
  void apply_merge(Node& map) const {
    const auto place = std::find_if(map.members.begin(), map.members.end(), [](const auto& member) {
      return member.first.plain && member.first.text == kMergeKey;
    });
    std::vector<Node> sources;
    if (place->second.kind == Kind::List) {
      sources = std::move(place->second.items);
    } else {
      sources.push_back(std::move(place->second));
    }
    for (const Node& source : sources) {
      if (source.kind != Kind::Map)
        fail(place->first, "the value of a merge key ('<<') is not a mapping or a list of mappings",
             "put quotes around '<<' if it is an ordinary key");
    }
    map.members.erase(place);
    std::unordered_set<std::string> present;
    for (const auto& member : map.members) present.insert(member.first.text);
    for (Node& source : sources) {
      for (auto& member : source.members) {
        if (present.insert(member.first.text).second) map.members.push_back(std::move(member));
      }
    }
  }

  EventParser parser_;
  Limits limits_;
  std::uint64_t nodes_ = 0;
  std::uint64_t bytes_ = 0;
  std::unordered_map<std::string, Anchor> anchors_;
};

// Checks what concerns the file as a whole, and takes a byte order mark away.
std::string_view checked(std::string_view text, std::string_view name, const Limits& limits) {
  const auto fail = [name](TextPosition position, std::string message, std::string hint) {
    throw Error(ErrorCode::InvalidInput, std::move(message))
        .at({std::string(name), position.line, position.column})
        .hint(std::move(hint));
  };
  if (text.size() > limits.bytes) fail({0, 0}, fmt::format("the file is larger than {} bytes", limits.bytes), {});
  if (const std::size_t bad = utf8_prefix(text); bad != text.size())
    fail(position_at(text, bad), "the text is not UTF-8", "save the file as UTF-8");
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

bool is_empty_document(const Node& root) noexcept {
  return root.kind == Kind::Scalar && root.plain && root.text.empty();
}

Node empty_document() {
  Node node;
  node.line = 1;
  node.column = 1;
  return node;
}

}  // namespace

Node parse(std::string_view text, std::string_view name, Documents documents, const Limits& limits) {
  Composer composer(checked(text, name, limits), name, limits);
  std::optional<Node> root = composer.next_document();
  if (!root) return empty_document();
  if (documents == Documents::First) return *std::move(root);
  while (true) {
    const std::optional<Node> another = composer.next_document();
    if (!another) return *std::move(root);
    if (is_empty_document(*another)) continue;
    composer.fail(*another, "a second document begins here, but the file should hold one",
                  "remove it, or check the indentation of the lines above");
  }
}

std::vector<Node> parse_all(std::string_view text, std::string_view name, const Limits& limits) {
  Composer composer(checked(text, name, limits), name, limits);
  std::vector<Node> roots;
  while (true) {
    std::optional<Node> root = composer.next_document();
    if (!root) return roots;
    if (!is_empty_document(*root)) roots.push_back(*std::move(root));
  }
}

}  // namespace waybill::yaml
