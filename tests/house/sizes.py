"""Prints the files and functions that are longer than most; fails on none."""
import re

import tree

FILE_LINES, FUNCTION_LINES = 350, 40


def functions(text):
    """(name, lines) of each function: from its opening brace in column 0 to its closing one."""
    lines, start, name = text.splitlines(), None, ''
    for number, line in enumerate(lines):
        if line == '{':
            start = number
            head = ' '.join(lines[max(0, number - 4):number])
            found = re.findall(r'(\w+)\(', head)
            name = found[-1] if found else '?'
        elif line == '}' and start is not None:
            yield name, number - start - 1
            start = None


def main():
    for path in tree.files('.c', '.h'):
        text = (tree.SOURCE / path).read_text('utf-8')
        if text.count('\n') > FILE_LINES:
            print(f'{path}: {text.count(chr(10))} lines')
        for name, length in functions(text):
            if length > FUNCTION_LINES:
                print(f'{path}: {name} has {length} lines')


if __name__ == '__main__':
    main()
