// Does nothing: what a C++ program costs that is linked to the libraries of the program's core.
#include <string>

int main(int argument_count, char** arguments) {
  return argument_count > 0 && std::string(arguments[0]).empty() ? 1 : 0;
}
