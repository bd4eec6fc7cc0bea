#include "tests/corpus/mutation.h"

#include <fmt/core.h>

#include <stdexcept>

#include "core/json/writer.h"

namespace waybill::signing::corpus {
namespace {

struct Kind {
  std::string name;
  Value value;
};

std::vector<Kind> kinds_but(std::string_view kind) {
  std::vector<Kind> kinds;
  for (Value value : {Value(), Value(true), Value(7), Value("text"), Value::list(), Value::map()}) {
    std::string name(value.kind_name());
    if (name != kind) kinds.push_back({std::move(name), std::move(value)});
  }
  return kinds;
}

class Structure {
 public:
  Structure(const std::string& what, const Value& document, const Judge& judge)
      : what_(what), document_(document), judge_(judge) {}

  void object(const Object& object) {
    with(object, "an unknown member", fmt::format("{} has an unknown member 'extra'", object.name),
         [&](Value& value) { value.set("extra", 1); });
    for (const Kind& kind : kinds_but("mapping")) {
      with(object, fmt::format("a {} instead", kind.name),
           fmt::format("{} must be an object, not a {}", object.name, kind.name),
           [&](Value& value) { value = kind.value; });
    }
    for (const std::string& text : object.texts) member(object, text, "text");
    for (const std::string& list : object.lists) member(object, list, "list");
  }

  // The object out of the one that holds it.
  void removal(const Object& object, const Object& holder) {
    const std::string& name = object.path.back();
    with(holder, fmt::format("'{}' removed", name), fmt::format("{} has no '{}'", holder.name, name),
         [&](Value& value) { value.erase(name); });
  }

  Mutations mutations;

 private:
  void member(const Object& object, const std::string& name, std::string_view kind) {
    with(object, fmt::format("'{}' removed", name), fmt::format("{} has no '{}'", object.name, name),
         [&](Value& value) { value.erase(name); });
    for (const Kind& other : kinds_but(kind)) {
      with(object, fmt::format("'{}' is a {}", name, other.name),
           fmt::format("'{}' of {} must be a {}, not a {}", name, object.name, kind, other.name),
           [&](Value& value) { value.set(name, other.value); });
    }
  }

  template <typename Change>
  void with(const Object& object, const std::string& rule, std::string expected, Change&& change) {
    Value document = document_;
    change(at(document, object.path));
    mutations.push_back({fmt::format("{}: {}: {}", what_, object.name, rule), std::move(expected),
                         judge_(json::write(document, json::HtmlEscape::No))});
  }

  const std::string& what_;
  const Value& document_;
  const Judge& judge_;
};

}  // namespace

Mutations structural(const std::string& what, const Value& document, const std::vector<Object>& objects,
                     const Judge& judge) {
  Structure structure(what, document, judge);
  for (const Object& object : objects) {
    structure.object(object);
    if (object.path.empty() || !object.required) continue;
    for (const Object& holder : objects) {
      if (holder.path.size() + 1 == object.path.size() &&
          std::equal(holder.path.begin(), holder.path.end(), object.path.begin()))
        structure.removal(object, holder);
    }
  }
  return std::move(structure.mutations);
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t place = result.find(from);
  if (place == std::string::npos) throw std::runtime_error("nothing to replace: " + std::string(from));
  return result.replace(place, from.size(), to);
}

Value& at(Value& document, const std::vector<std::string>& path) {
  Value* value = &document;
  for (const std::string& step : path)
    value = value->is_list() ? &value->items().at(static_cast<std::size_t>(std::stoi(step))) : value->find(step);
  return *value;
}

}  // namespace waybill::signing::corpus
