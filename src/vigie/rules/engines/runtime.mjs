// Three-valued logic: true, false, and null for what is not known yet.
const not = (x) => (x === null ? null : !x);
const and = (...xs) => (xs.includes(false) ? false : xs.includes(null) ? null : true);
const or = (...xs) => (xs.includes(true) ? true : xs.includes(null) ? null : false);
const among = (x, list) => (x === null ? null : list.includes(x));
const operators = {
  "==": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b,
  "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};
const compare = (a, symbol, b) => (a === null || b === null ? null : operators[symbol](a, b));
// A count is known when the answer is the same whatever the missing conditions turn out to be.
function count(conditions, symbol, bound) {
  const low = conditions.filter((x) => x === true).length;
  const high = low + conditions.filter((x) => x === null).length;
  const first = operators[symbol](low, bound);
  for (let n = low + 1; n <= high; n += 1) if (operators[symbol](n, bound) !== first) return null;
  return first;
}

// Exact fractions, so that a computed answer is rounded as everywhere else.
function fraction(number) {
  const [, sign, whole, decimals = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(number)) ?? [];
  if (whole === undefined) throw new RangeError(`${number} is not a decimal number`);
  return [BigInt(sign + whole + decimals), 10n ** BigInt(decimals.length)];
}
const add = ([a, b], [c, d]) => [a * d + c * b, b * d];
const subtract = (x, [c, d]) => add(x, [-c, d]);
const multiply = ([a, b], [c, d]) => [a * c, b * d];
function divide([a, b], [c, d]) {
  if (c === 0n) throw new RangeError("a measure is zero");
  return c < 0n ? [-a * d, b * -c] : [a * d, b * c];
}
const power = (x, n) => (n === 2 ? multiply(x, x) : multiply(x, multiply(x, x)));
function roundHalfUp([a, b], decimals) {
  const scale = 10n ** BigInt(decimals);
  const size = (2n * (a < 0n ? -a : a) * scale + b) / (2n * b);
  return [a < 0n ? -size : size, scale];
}

/** The answer to a computed question from its measures (numbers, or decimal texts); throws RangeError. */
export function compute(id, measures) {
  const question = protocol.questions.find((q) => q.id === id);
  const [a, b] = roundHalfUp(formulas[id](measures), question.decimals ?? 0);
  const value = Number(a) / Number(b);
  if (value < question.minimum || value > question.maximum) {
    throw new RangeError(`${id}: ${value} computed, expected from ${question.minimum} to ${question.maximum}`);
  }
  return value;
}

/** The outcome with its clause, the values used, the factors that counted and the answers still missing. */
export function evaluate(answers) {
  const [outcome, clause, values, imputed] = careful(answers);
  const missing = protocol.questions.map((q) => q.id).filter((id) => values[id] === null && !imputed.includes(id));
  return {
    outcome, code: protocol.outcomes[outcome]?.code ?? null, clause: outcome === null ? "" : clause,
    values, imputed, missing, factors: factorsOf(values),
  };
}

/** The first question that is asked and has no answer yet, null when all are answered. */
export function nextQuestion(answers) {
  const { missing } = evaluate(answers);
  return protocol.questions.find((q) => q.id === missing[0]) ?? null;
}

/** As evaluate, with the single answers (and the follow-ups they open) that would change the outcome. */
export function explain(answers) {
  const result = evaluate(answers);
  const counterfactuals = [];
  if (result.outcome === null) return { ...result, counterfactuals };
  for (const question of protocol.questions) {
    const present = result.values[question.id];
    if (present === null || result.imputed.includes(question.id)) continue;
    const seen = new Set([result.outcome]);
    for (const value of question.alternatives) {
      if (value === present) continue;
      for (const changes of withFollowUps(answers, result.imputed, { [question.id]: value })) {
        const outcome = decide({ ...answers, ...changes });
        if (outcome === null || seen.has(outcome)) continue;
        seen.add(outcome);
        counterfactuals.push({ question: question.id, changes, outcome });
      }
    }
  }
  return { ...result, counterfactuals };
}

function* withFollowUps(answers, imputedBefore, changes) {
  const [values, imputed] = valuesOf({ ...answers, ...changes });
  const opened = protocol.questions.find(
    (q) => imputedBefore.includes(q.id) && !imputed.includes(q.id) && values[q.id] === null && q.kind !== "text",
  );
  if (!opened) {
    yield changes;
    return;
  }
  for (const value of opened.alternatives) {
    yield* withFollowUps(answers, imputedBefore, { ...changes, [opened.id]: value });
  }
}
