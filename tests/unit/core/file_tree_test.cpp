#include "core/file_tree.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"

namespace waybill {
namespace {

RelPath path(std::string_view text) { return RelPath::parse(text); }

TEST(FileTree, IsOrderedByBytesOfThePath) {
  FileTree tree;
  for (const char* name : {"b", "a/z", "a-b", "B", "a.b"}) tree.add(path(name), name);
  std::vector<std::string> order;
  for (const auto& [name, file] : tree.files()) order.push_back(name.text());
  EXPECT_EQ(order, (std::vector<std::string>{"B", "a-b", "a.b", "a/z", "b"}));
}

TEST(FileTree, RefusesWhatNoFolderCanHold) {
  FileTree tree;
  tree.add(path("a/b"), "1");
  tree.add(path("a b"), "1");
  EXPECT_THROW(tree.add(path("a/b"), "2"), Error);
  EXPECT_THROW(tree.add(path("a"), "2"), Error);
  EXPECT_THROW(tree.add(path("a/b/c"), "2"), Error);
  EXPECT_THROW(tree.add(path("a/b/c/d"), "2"), Error);
  EXPECT_THROW(tree.set(path("a"), "2"), Error);
  EXPECT_EQ(tree.size(), 2U);
  tree.set(path("a/b"), "2", Executable::Yes);
  EXPECT_EQ(tree.at(path("a/b")).bytes, "2");
}

TEST(FileTree, SeesAFolderWhateverItsFilesAreCalled) {
  for (const char* name : {"x/ first", "x/!", "x/~"}) {
    FileTree tree;
    tree.add(path("x!"), "");
    tree.add(path(name), "");
    EXPECT_THROW(tree.add(path("x"), ""), Error) << name;
  }
}

TEST(FileTree, TakesPathsOfFullLength) {
  std::string longest = std::string(255, 'a');
  for (int i = 0; i < 3; ++i) longest += "/" + std::string(255, 'a');
  FileTree tree;
  tree.add(path(longest), "x");
  EXPECT_TRUE(tree.contains(path(longest)));
}

TEST(FileTree, AddsTreesBelowAFolder) {
  FileTree inner;
  inner.add(path("x/y"), "1", Executable::Yes);
  FileTree tree;
  tree.add_tree("apps", inner);
  tree.add_tree("", inner);
  EXPECT_EQ(tree.at(path("apps/x/y")).executable, Executable::Yes);
  EXPECT_EQ(tree.at(path("x/y")), inner.at(path("x/y")));
  EXPECT_THROW(tree.add_tree("apps", inner), Error);
  EXPECT_THROW(static_cast<void>(tree.at(path("none"))), Error);
}

}  // namespace
}  // namespace waybill
