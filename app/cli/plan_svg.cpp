// The picture of a plan: a layered drawing. Waves are columns; a dependency over several waves gets a thin lane in each
// column between, so that curves do not run behind boxes; rows are ordered by where their neighbours lie, so that few
// curves cross.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/plan_drawing.h"
#include "app/cli/text_layout.h"

namespace waybill::cli {
namespace {

// All lengths are whole pixels: no rounding that differs between machines.
constexpr int kMargin = 24;
constexpr int kTop = 76;  // title and headings
constexpr int kBoxHeight = 44;
constexpr int kLaneHeight = 12;
constexpr int kGap = 14;       // between rows
constexpr int kChannel = 84;   // between columns, where curves turn
constexpr int kCharacter = 8;  // width of a letter of the names, generously
constexpr int kPadding = 14;
constexpr std::size_t kLongestLabel = 35;  // what a box holds
constexpr int kLegend = 60;                // what the thick line means, and the catalogue
constexpr int kLeastWidth = 640;           // the longest line of text there

std::string xml(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        // XML has no control characters.
        result += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
    }
  }
  return result;
}

struct Row {
  const PlannedComponent* component = nullptr;  // null: a lane
  std::vector<std::size_t> before;              // rows of the column before that lead here
  int y = 0;                                    // of its middle
};

struct Curve {
  std::string from;
  std::string to;
  std::vector<std::size_t> rows;  // one in each column from the first on
  std::size_t first_column = 0;
};

class Drawing {
 public:
  explicit Drawing(const ShownPlan& plan) : plan_(plan) {
    fill_columns();
    order_rows();
    place_rows();
  }

  std::string write() const {
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
        "font-family=\"sans-serif\">\n"
        "<title>Order of deployment</title>\n"
        "<desc>Components by wave. A curve leads from a component to one that waits for it; curves that others imply "
        "are left out. The critical path is drawn thick.</desc>\n"
        "<style>\n"
        ".band{{fill:#f5f5f4}} .box{{fill:#fff;stroke:#57534e;stroke-width:1.2}} "
        ".name{{fill:#1c1917;font-size:13px;font-weight:600}}\n"
        ".version{{fill:#57534e;font-size:11px}} .wave{{fill:#44403c;font-size:13px}} "
        ".head{{fill:#1c1917;font-size:16px;font-weight:600}}\n"
        ".edge{{fill:none;stroke:#a8a29e;stroke-width:1.4}} .critical .box{{stroke:#c2410c;stroke-width:3}}\n"
        ".edge.critical{{stroke:#c2410c;stroke-width:3}}\n"
        "</style>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
        "<text class=\"head\" x=\"{2}\" y=\"32\">Order of deployment</text>\n",
        width_, height_, kMargin);
    for (std::size_t column = 0; column < columns_.size(); ++column) text += band(column);
    // The critical path lies over the other curves.
    for (const bool critical : {false, true}) {
      for (const Curve& curve : curves_) {
        if (is_critical(curve) == critical) text += path(curve);
      }
    }
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      for (const Row& row : columns_[column]) {
        if (row.component != nullptr) text += box(column, row);
      }
    }
    const int y = height_ - kMargin;
    constexpr int kLine = 20;
    text += fmt::format(
        "<path class=\"edge critical\" d=\"M {} {} h 36\"/>\n<text class=\"version\" x=\"{}\" y=\"{}\">critical path: "
        "the longest chain of dependencies ({} of {} components)</text>\n",
        kMargin, y - kLine - 4, kMargin + 44, y - kLine, plan_.critical_path.size(), count_);
    return text + fmt::format("<text class=\"version\" x=\"{}\" y=\"{}\">{}</text>\n</svg>\n", kMargin, y,
                              xml(catalogue_line(plan_.catalogue)));
  }

 private:
  [[nodiscard]] bool is_critical(const Curve& curve) const {
    const std::vector<std::string>& names = plan_.critical_path;
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i - 1] == curve.from && names[i] == curve.to) return true;
    }
    return false;
  }

  void fill_columns() {
    std::map<std::string, std::set<std::string>> all_before;  // everything that a component waits for, near and far
    std::map<std::string, std::size_t> column_of;
    columns_.resize(plan_.waves.size());
    for (std::size_t column = 0; column < plan_.waves.size(); ++column) {
      for (const PlannedComponent& component : plan_.waves[column].components) {
        row_of_[component.name] = columns_[column].size();
        column_of[component.name] = column;
        columns_[column].push_back({&component, {}, 0});
        ++count_;
        widest_ = std::max({widest_, width(component.name), width(component.version)});
        std::set<std::string>& before = all_before[component.name];
        for (const std::string& dependency : component.depends_on) {
          before.insert(dependency);
          before.insert(all_before[dependency].begin(), all_before[dependency].end());
        }
      }
    }
    for (const PlannedWave& wave : plan_.waves) {
      for (const PlannedComponent& component : wave.components) {
        for (const std::string& dependency : component.depends_on) {
          const bool implied = std::any_of(
              component.depends_on.begin(), component.depends_on.end(),
              [&](const std::string& other) { return other != dependency && all_before[other].contains(dependency); });
          if (!implied) add_curve(dependency, column_of[dependency], component.name, wave.depth);
        }
      }
    }
  }

  void add_curve(const std::string& from, std::size_t first, const std::string& to, std::size_t last) {
    Curve curve{from, to, {row_of_[from]}, first};
    for (std::size_t column = first + 1; column <= last; ++column) {
      std::size_t row = row_of_[to];
      if (column < last) {
        row = columns_[column].size();
        columns_[column].push_back({});
      }
      columns_[column][row].before.push_back(curve.rows.back());
      curve.rows.push_back(row);
    }
    curves_.push_back(std::move(curve));
  }

  // From left to right, each row by the mean place of what leads to it. Ties keep the order they had.
  void order_rows() {
    places_.resize(columns_.size());
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      std::vector<std::size_t> order(columns_[column].size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      if (column > 0) {
        const auto weight = [&](std::size_t row) {
          const std::vector<std::size_t>& before = columns_[column][row].before;
          if (before.empty()) return static_cast<long>(row) * 1000;
          long sum = 0;
          for (const std::size_t other : before) sum += static_cast<long>(places_[column - 1][other]) * 1000;
          return sum / static_cast<long>(before.size());
        };
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t left, std::size_t right) { return weight(left) < weight(right); });
      }
      places_[column].resize(order.size());
      for (std::size_t place = 0; place < order.size(); ++place) places_[column][order[place]] = place;
    }
  }

  void place_rows() {
    box_width_ = static_cast<int>(std::min(widest_, kLongestLabel)) * kCharacter + 2 * kPadding;
    std::vector<int> heights;
    for (const std::vector<Row>& column : columns_) {
      int height = -kGap;
      for (const Row& row : column) height += (row.component == nullptr ? kLaneHeight : kBoxHeight) + kGap;
      heights.push_back(height);
    }
    const int tallest = heights.empty() ? 0 : *std::max_element(heights.begin(), heights.end());
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      std::vector<Row*> rows(columns_[column].size());
      for (std::size_t i = 0; i < rows.size(); ++i) rows[places_[column][i]] = &columns_[column][i];
      int y = kTop + (tallest - heights[column]) / 2 + kPadding;
      for (Row* row : rows) {
        const int height = row->component == nullptr ? kLaneHeight : kBoxHeight;
        row->y = y + height / 2;
        y += height + kGap;
      }
    }
    height_ = kTop + tallest + 2 * kPadding + kLegend + kMargin;
    const int columns = static_cast<int>(columns_.size());
    width_ = std::max(kLeastWidth, 2 * kMargin + columns * box_width_ + std::max(0, columns - 1) * kChannel);
  }

  [[nodiscard]] int left_of(std::size_t column) const {
    return kMargin + static_cast<int>(column) * (box_width_ + kChannel);
  }

  [[nodiscard]] std::string band(std::size_t column) const {
    const PlannedWave& wave = plan_.waves[column];
    const int x = left_of(column);
    return fmt::format(
        "<rect class=\"band\" x=\"{}\" y=\"44\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n<text class=\"wave\" x=\"{}\" "
        "y=\"64\" text-anchor=\"middle\">wave {} (sync-wave {})</text>\n",
        x - 10, box_width_ + 20, height_ - 44 - kLegend - kMargin / 2, x + box_width_ / 2, wave.depth, wave.sync_wave);
  }

  [[nodiscard]] std::string box(std::size_t column, const Row& row) const {
    const PlannedComponent& component = *row.component;
    const int x = left_of(column);
    const int y = row.y - kBoxHeight / 2;
    const bool has_version = !component.version.empty();
    std::string text = fmt::format(
        "<g{}><title>{}</title><rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/><text "
        "class=\"name\" x=\"{}\" y=\"{}\">{}</text>",
        component.is_critical ? " class=\"critical\"" : "",
        xml(has_version ? component.name + " " + component.version : component.name), x, y, box_width_, kBoxHeight,
        x + kPadding, row.y + (has_version ? -3 : 5), xml(shortened(component.name, kLongestLabel)));
    if (has_version)
      text += fmt::format("<text class=\"version\" x=\"{}\" y=\"{}\">{}</text>", x + kPadding, row.y + 14,
                          xml(shortened(component.version, kLongestLabel)));
    return text + "</g>\n";
  }

  [[nodiscard]] std::string path(const Curve& curve) const {
    int x = left_of(curve.first_column) + box_width_;
    int y = columns_[curve.first_column][curve.rows.front()].y;
    std::string text = fmt::format("<path class=\"edge{}\" d=\"M {} {}", is_critical(curve) ? " critical" : "", x, y);
    for (std::size_t i = 1; i < curve.rows.size(); ++i) {
      const std::size_t column = curve.first_column + i;
      const Row& row = columns_[column][curve.rows[i]];
      const int next = left_of(column);
      text += fmt::format(" C {} {} {} {} {} {}", x + kChannel / 2, y, next - kChannel / 2, row.y, next, row.y);
      if (row.component == nullptr) text += fmt::format(" H {}", next + box_width_);
      x = next + box_width_;
      y = row.y;
    }
    return text + "\"/>\n";
  }

  const ShownPlan& plan_;
  std::vector<std::vector<Row>> columns_;
  std::vector<std::vector<std::size_t>> places_;  // of each row in its column, from the top
  std::vector<Curve> curves_;
  std::map<std::string, std::size_t> row_of_;
  std::size_t widest_ = 16;
  std::size_t count_ = 0;
  int box_width_ = 0;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

std::string plan_svg(const ShownPlan& plan) { return Drawing(plan).write(); }

}  // namespace waybill::cli
