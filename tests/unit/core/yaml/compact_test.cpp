#include "core/yaml/compact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/error.h"
#include "core/yaml/reader.h"

namespace waybill::yaml {
namespace {

constexpr std::string_view kDocument = R"(# first
name: "quoted"
plain: word
empty:
numbers: [1, -2, 0x1f, 1.5]
block: |
  two
  lines
nested:
  list:
    - a: 1
      skip: {deep: [1, 2]}
    - []
  map: {}
skip: whole
)";

bool same(const Node& a, const Node& b) {
  return a.kind == b.kind && a.plain == b.plain && a.line == b.line && a.column == b.column && a.text == b.text &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
         std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    [](const auto& x, const auto& y) { return same(x.first, y.first) && same(x.second, y.second); });
}

TEST(CompactYaml, KeepsTextQuotesAndPlaces) {
  const std::string long_text(100'000, 'x');
  for (const std::string& text :
       {std::string(kDocument), std::string(), std::string("just text"), std::string("- 1\n- {a: b}\n"),
        "a: " + long_text + "\n" + std::string(1000, '\n') + "b: 1\n"}) {
    const Node root = parse(text, "document");
    EXPECT_TRUE(same(expand(compact(root)), root)) << text.substr(0, 100);
  }
}

TEST(CompactYaml, LeavesOutMembersByNameAtEveryDepth) {
  constexpr std::array<std::string_view, 2> kWithout{"skip", "numbers"};
  const Node root = expand(compact(parse(kDocument, "document")), kWithout);
  EXPECT_EQ(root.find("skip"), nullptr);
  EXPECT_EQ(root.find("numbers"), nullptr);
  EXPECT_EQ(root.find("plain")->text, "word");
  const Node& first = root.find("nested")->find("list")->items.front();
  EXPECT_EQ(first.members.size(), 1U);
  EXPECT_EQ(first.find("a")->text, "1");
}

TEST(CompactYaml, RefusesWhatItDidNotWrite) {
  const std::string bytes = compact(parse(kDocument, "document"));
  std::vector<std::string> damaged{"", bytes + "x", std::string(20, '\xff')};
  for (std::size_t size = 1; size < bytes.size(); ++size) damaged.push_back(bytes.substr(0, size));
  for (const std::string& wrong : damaged) {
    try {
      static_cast<void>(expand(wrong));
      ADD_FAILURE() << wrong.size() << " bytes were taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::Internal);
    }
  }
}

}  // namespace
}  // namespace waybill::yaml
