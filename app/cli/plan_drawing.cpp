#include "app/cli/plan_drawing.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "app/cli/text_layout.h"

namespace waybill::cli {
namespace {

bool is_step(const ShownPlan& plan, const std::string& from, const std::string& to) {
  const std::vector<std::string>& path = plan.critical_path;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (path[i - 1] == from && path[i] == to) return true;
  }
  return false;
}

// Names of nodes that no format has a word for: n0, n1, … in the order of the plan.
std::map<std::string, std::string> node_names(const ShownPlan& plan) {
  std::map<std::string, std::string> names;
  for (const PlannedWave& wave : plan.waves) {
    for (const PlannedComponent& component : wave.components) {
      std::string name = fmt::format("n{}", names.size());
      names.emplace(component.name, std::move(name));
    }
  }
  return names;
}

std::string label_of(const PlannedComponent& component) {
  return component.version.empty() ? component.name : fmt::format("{} {}", component.name, component.version);
}

std::string mermaid_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"') {
      result += "#quot;";
    } else if (c == '#') {
      result += "#35;";
    } else if (c == '<') {
      result += "#lt;";
    } else if (c == '>') {
      result += "#gt;";
    } else {
      result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return result;
}

std::string dot_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result;
}

}  // namespace

std::string plan_table(const ShownPlan& plan) {
  std::size_t name_width = 0;
  std::size_t version_width = 0;
  for (const PlannedWave& wave : plan.waves) {
    for (const PlannedComponent& component : wave.components) {
      name_width = std::max(name_width, component.name.size());
      version_width = std::max(version_width, component.version.size());
    }
  }
  std::string text;
  for (const PlannedWave& wave : plan.waves) {
    text += fmt::format("{}wave {} (sync-wave {})\n", wave.depth == 0 ? "" : "  │\n", wave.depth, wave.sync_wave);
    for (std::size_t i = 0; i < wave.components.size(); ++i) {
      const PlannedComponent& component = wave.components[i];
      std::string line =
          fmt::format("  {}{} {:<{}}  {:<{}}  {}", i + 1 == wave.components.size() ? "└─" : "├─",
                      component.is_critical ? "●" : "○", component.name, name_width, component.version, version_width,
                      component.depends_on.empty() ? "" : "needs " + joined(component.depends_on));
      while (line.ends_with(' ')) line.pop_back();
      text += line + "\n";
    }
  }
  return text +
         fmt::format("\n● critical path: {}\n{}\n", joined(plan.critical_path, " → "), catalogue_line(plan.catalogue));
}

std::string plan_mermaid(const ShownPlan& plan) {
  const std::map<std::string, std::string> nodes = node_names(plan);
  std::string text = fmt::format("flowchart TD\n  %% {}\n", catalogue_line(plan.catalogue));
  for (const PlannedWave& wave : plan.waves) {
    text += fmt::format("  subgraph wave{}[\"wave {}\"]\n", wave.depth, wave.depth);
    for (const PlannedComponent& component : wave.components) {
      text += fmt::format("    {}[\"{}\"]{}\n", nodes.at(component.name), mermaid_text(label_of(component)),
                          component.is_critical ? ":::critical" : "");
    }
    text += "  end\n";
  }
  for (const PlannedWave& wave : plan.waves) {
    for (const PlannedComponent& component : wave.components) {
      for (const std::string& dependency : component.depends_on)
        text += fmt::format("  {} {} {}\n", nodes.at(dependency),
                            is_step(plan, dependency, component.name) ? "==>" : "-->", nodes.at(component.name));
    }
  }
  return text + "  classDef critical stroke:#c2410c,stroke-width:3px\n";
}

std::string plan_dot(const ShownPlan& plan) {
  const std::map<std::string, std::string> nodes = node_names(plan);
  std::string text =
      "digraph plan {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fillcolor=white, "
      "fontname=\"sans-serif\"];\n";
  for (const PlannedWave& wave : plan.waves) {
    text +=
        fmt::format("  subgraph cluster_wave{} {{\n    label=\"wave {}\";\n    rank=same;\n", wave.depth, wave.depth);
    for (const PlannedComponent& component : wave.components) {
      text += fmt::format("    {} [label=\"{}\"{}];\n", nodes.at(component.name), dot_text(label_of(component)),
                          component.is_critical ? ", color=\"#c2410c\", penwidth=3" : "");
    }
    text += "  }\n";
  }
  for (const PlannedWave& wave : plan.waves) {
    for (const PlannedComponent& component : wave.components) {
      for (const std::string& dependency : component.depends_on)
        text += fmt::format("  {} -> {}{};\n", nodes.at(dependency), nodes.at(component.name),
                            is_step(plan, dependency, component.name) ? " [color=\"#c2410c\", penwidth=3]" : "");
    }
  }
  return text + fmt::format("  label=\"{}\";\n}}\n", dot_text(catalogue_line(plan.catalogue)));
}

Value to_value(const ShownPlan& plan) {
  Value list = Value::list();
  Value dependencies = Value::map();
  for (const PlannedWave& wave : plan.waves) {
    Value names = Value::list();
    for (const PlannedComponent& component : wave.components) {
      names.push_back(component.name);
      Value& needed = dependencies.set(component.name, Value::list());
      for (const std::string& dependency : component.depends_on) needed.push_back(dependency);
    }
    list.push_back(Value::map(
        {{"wave", std::int64_t{wave.depth}}, {"syncWave", wave.sync_wave}, {"components", std::move(names)}}));
  }
  return Value::map({{"catalogue", to_value(plan.catalogue)},
                     {"waves", std::move(list)},
                     {"dependencies", std::move(dependencies)},
                     {"criticalPath", Value::List(plan.critical_path.begin(), plan.critical_path.end())}});
}

}  // namespace waybill::cli
