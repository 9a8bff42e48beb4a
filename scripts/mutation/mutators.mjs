/**
 * @file The mutants of a source file, and the file with all of them inside: each place asks at run time whether one of its
 * mutants is switched on, so that a whole room is compiled once. Messages of errors and invariants are left alone.
 */
import ts from "typescript";

const BINARY = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "&": ["|"],
  "|": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  "+=": ["-=", "="],
  "-=": ["+=", "="],
  "*=": ["/="],
  "/=": ["*="],
  "|=": ["&="],
  "||=": ["="],
  "&&=": ["="],
};
const CALLS = {
  "Math.min": ["Math.max"],
  "Math.max": ["Math.min"],
  "Math.floor": ["Math.ceil", "Math.round"],
  "Math.ceil": ["Math.floor", "Math.round"],
  "Math.round": ["Math.floor", "Math.ceil"],
  "Math.trunc": ["Math.round"],
  "Math.abs": [""],
  "Math.sqrt": [""],
  "Math.sign": [""],
};
const METHODS = { every: "some", some: "every" };

/** Calls whose arguments say something to people, or are assertions themselves. */
const SPEECH = /^(?:invariant|configValueError|check[A-Z]\w*|ensureNever)$/;

function isSpeech(node) {
  if (ts.isThrowStatement(node)) return true;
  if (ts.isNewExpression(node)) return node.expression.getText().endsWith("Error");
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && SPEECH.test(node.expression.text);
}

/** The number of a mutant in the room, as code. */
const offset = (index) => `(__mb + ${index})`;

/** Replacements of one node: [text, what was done]. */
function replacementsOf(node, text) {
  const of = (part) => text.slice(part.getStart(), part.end);
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.getText();
    // The language takes no "a ?? b && c" without parentheses.
    const chains = operator === "??" && ts.isBinaryExpression(node.left) && node.left.operatorToken.getText() === "??";
    const left = chains ? `(${of(node.left)})` : of(node.left);
    const swapped = (BINARY[operator] ?? []).map((other) => [
      `${left} ${other} ${of(node.right)}`,
      `${operator} to ${other}`,
    ]);
    return swapped;
  }
  if (ts.isPrefixUnaryExpression(node)) {
    const operator = ts.tokenToString(node.operator);
    if (operator === "!" || (operator === "-" && !ts.isNumericLiteral(node.operand))) {
      return [[of(node.operand), `${operator} dropped`]];
    }
    if (operator === "++" || operator === "--") {
      const other = operator === "++" ? "--" : "++";
      return [[`${other}${of(node.operand)}`, `${operator} to ${other}`]];
    }
    return [];
  }
  if (ts.isPostfixUnaryExpression(node)) {
    const operator = ts.tokenToString(node.operator);
    const other = operator === "++" ? "--" : "++";
    return [[`${of(node.operand)}${other}`, `${operator} to ${other}`]];
  }
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    // Tolerances and infinities of floats: who stands right at them is nobody.
    if (value !== 0 && (Math.abs(value) < 1e-8 || Math.abs(value) > 1e9)) return [];
    const others = value === 0 ? [1] : value === 1 ? [0, 2] : [Number.isInteger(value) ? value + 1 : value * 2];
    return others.map((other) => [String(other), `${node.getText()} to ${other}`]);
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [["false", "true to false"]];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [["true", "false to true"]];
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    const args = node.arguments.map(of).join(", ");
    const swapped = (CALLS[callee] ?? []).map((other) => [
      `${other}(${args})`,
      `${callee} ${other === "" ? "dropped" : `to ${other}`}`,
    ]);
    if (swapped.length > 0) return swapped;
    if (ts.isPropertyAccessExpression(node.expression) && Object.hasOwn(METHODS, node.expression.name.text)) {
      const { expression, name, questionDotToken } = node.expression;
      const other = METHODS[name.text];
      return [
        [
          `${of(expression)}${questionDotToken === undefined ? "." : "?."}${other}(${args})`,
          `${name.text} to ${other}`,
        ],
      ];
    }
  }
  return [];
}

/** Whether a node is a condition, which may be held true and false. */
function isCondition(node) {
  const { parent } = node;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent))
    return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return false;
}

function isRemovable(node) {
  if (!ts.isExpressionStatement(node)) return false;
  const { expression } = node;
  return !(ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword);
}

/** Places where an expression can't stand in parentheses, or is no value. */
function isUntouchable(node) {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return parent.name === node;
  if (ts.isEnumMember(parent) || ts.isLiteralTypeNode(parent) || ts.isCaseClause(parent)) return true;
  if ((ts.isPropertyAccessExpression(parent) || ts.isCallExpression(parent)) && parent.expression === node) {
    return (parent.flags & ts.NodeFlags.OptionalChain) !== 0;
  }
  return false;
}

/**
 * @returns {{ code: string, mutants: Array<{ index: number, site: number, line: number, column: number, before: string, after: string, what: string, text: string }> }}
 *   the instrumented source, and its mutants in order; those of one place follow each other from its `site` on
 */
export function instrument(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
  const mutants = [];
  const lines = text.split("\n");

  function add(node, replacements) {
    const site = mutants.length;
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
    for (const [after, what] of replacements) {
      mutants.push({
        index: mutants.length,
        site,
        line: line + 1,
        column: character + 1,
        before: text.slice(node.getStart(), node.end),
        after,
        what,
        text: lines[line].trim(),
      });
    }
    return [site, mutants.length - 1];
  }

  /** The text of a node with the mutants below it inside, its own included. */
  function render(node) {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return text.slice(node.pos, node.end);
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return text.slice(node.pos, node.end);
    if (isSpeech(node)) return text.slice(node.pos, node.end);
    const lead = text.slice(node.pos, node.getStart());
    const own = ts.isExpression(node) && !isUntouchable(node) ? replacementsOf(node, text) : [];
    const held =
      ts.isExpression(node) && isCondition(node)
        ? [
            ["true", "condition held true"],
            ["false", "condition held false"],
          ]
        : [];
    const replacements = [...held, ...own].filter(([after]) => after !== text.slice(node.getStart(), node.end));
    // A place's own mutants are numbered before those inside of it.
    const range = replacements.length > 0 ? add(node, replacements) : undefined;
    const removed =
      isRemovable(node) && !isSpeech(node.expression) ? add(node, [["", "statement dropped"]]) : undefined;
    const body = renderBody(node);
    if (range !== undefined) {
      const [low, high] = range;
      const choices = replacements
        .map(([after], k) =>
          k === replacements.length - 1 ? `(${after})` : `__m.on === ${offset(low + k)} ? (${after}) : `,
        )
        .join("");
      return `${lead}(__m.at(${offset(low)}, ${offset(high)}) ? (${choices}) : (${body}))`;
    }
    if (removed !== undefined)
      return `${lead}{ if (!__m.at(${offset(removed[0])}, ${offset(removed[0])})) { ${body} } }`;
    return lead + body;
  }

  function renderBody(node) {
    let out = "";
    let at = node.getStart();
    ts.forEachChild(node, (child) => {
      if (child.pos < at && child.end <= at) return;
      const from = Math.max(at, child.pos);
      out += text.slice(at, from);
      const rendered = render(child);
      // Where the node starts with its first child, the lead stands already.
      out += from > child.pos ? rendered.slice(from - child.pos) : rendered;
      at = child.end;
    });
    return out + text.slice(at, node.end);
  }

  const code = `const __m = globalThis.__tidemarkMutation; const __mb = __m.base(${JSON.stringify(path)}); ${render(file)}`;
  return { code, mutants };
}
