package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.attn4j.common.Require;

/**
 * How much a backtracking matcher may do for a regular expression at most, found by reading it.
 *
 * <p>The tokenizers library ends the process when a match is tried {@value #MOST_RETRIES} times,
 * and it knows no limit of time. At each position of a text of {@code n} characters, {@code factor
 * · n^degree} tries are made in vain at most: the degree counts the repeats without a limit that
 * something which can fail comes after. Expressions whose tries grow exponentially, and those that
 * this reader does not know, are refused by name.
 *
 * @param factor the factor
 * @param degree the degree
 * @param loops whether a group is repeated, so that a single match may try in vain all along a text
 * @param shortest the fewest characters that a match has
 */
record RegexCost(double factor, int degree, boolean loops, int shortest) {

    static final int MOST_RETRIES = 10_000_000;

    private static final double MOST_STEPS = 1e10;
    private static final int LONGEST = 4096;
    private static final int DEEPEST = 32;
    private static final int MOST_REPEATS = 1000;
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    /**
     * Reads an expression as Oniguruma writes it.
     *
     * @throws IllegalArgumentException if it may take exponential time, or is not understood
     */
    static RegexCost of(String pattern) {
        require(pattern.length() <= LONGEST, "is longer than " + LONGEST + " characters");
        List<List<Node>> alternatives = new Reader(pattern).all();
        double factor = 1;
        int degree = 0;
        int shortest = NO_LIMIT;
        for (int i = 0; i < alternatives.size(); i++) {
            List<Node> one = alternatives.get(i);
            Steps steps = tries(one, 0, false, Steps.NONE);
            // What a harmless alternative scans in vain is scanned once more in a text, no oftener.
            boolean harmless = isTakenLater(alternatives, i) || isTakenNext(alternatives, i);
            degree = Math.max(degree, harmless ? 0 : steps.degree());
            factor += steps.factor();
            shortest = Math.min(shortest, shortest(one));
        }
        boolean loops = alternatives.stream().flatMap(List::stream).anyMatch(RegexCost::loops);
        return new RegexCost(factor, degree, loops, shortest);
    }

    /** The alternatives of an expression that {@link #of} takes, as they are written. */
    static List<String> alternatives(String pattern) {
        Reader reader = new Reader(pattern);
        reader.all();
        List<String> alternatives = new ArrayList<>();
        int begin = 0;
        for (int bar : reader.bars) {
            alternatives.add(pattern.substring(begin, bar));
            begin = bar + 1;
        }
        alternatives.add(pattern.substring(begin));
        return alternatives;
    }

    /** The longest text for which the library neither ends the process nor takes many seconds. */
    int longestText() {
        if (degree == 0) {
            double retries = MOST_RETRIES / 2.0 / (loops ? factor : 1);
            return (int) Math.min(retries, MOST_STEPS / factor);
        }
        double retries = Math.pow(MOST_RETRIES / 2.0 / factor, 1.0 / degree);
        return (int) Math.min(retries, Math.pow(MOST_STEPS / factor, 1.0 / (degree + 1)));
    }

    /**
     * Whether {@code A*x} stands before {@code A+}, with only such alternatives between them: what
     * it scanned in vain the last takes whole, or all but what a greedy match of its kind took.
     */
    private static boolean isTakenLater(List<List<Node>> alternatives, int i) {
        Repeat run = run(alternatives.get(i), 0);
        if (run == null || !plain(alternatives.get(i), 1)) {
            return false;
        }
        for (List<Node> later : alternatives.subList(i, alternatives.size())) {
            Repeat other = run(later, 0);
            if (other == null || !other.of().equals(run.of()) || !plain(later, 1)) {
                return false;
            }
            if (later.size() == 1) {
                return other.least() <= 1;
            }
        }
        return false;
    }

    /**
     * Whether {@code A*B+} is followed by {@code A+B*}, as in the expressions of o200k and its
     * like: the run of {@code A} that the first scans in vain the second takes.
     */
    private static boolean isTakenNext(List<List<Node>> alternatives, int i) {
        if (i + 1 == alternatives.size()) {
            return false;
        }
        List<Node> first = alternatives.get(i);
        List<Node> second = alternatives.get(i + 1);
        int at = 0;
        while (at < Math.min(first.size(), second.size())
                && run(first, at) == null
                && first.get(at).equals(second.get(at))
                && optional(first.get(at))) {
            at++;
        }
        Repeat a = run(first, at);
        Repeat b = run(first, at + 1);
        Repeat other = run(second, at);
        Repeat otherB = run(second, at + 1);
        return at <= 1
                && a != null
                && b != null
                && other != null
                && otherB != null
                && a.of().equals(other.of())
                && b.of().equals(otherB.of())
                && a.least() == 0
                && b.least() == 1
                && other.least() == 1
                && otherB.least() == 0
                && first.subList(at + 2, first.size()).stream().allMatch(RegexCost::optional)
                && second.subList(at + 2, second.size()).stream().allMatch(RegexCost::optional);
    }

    /** The greedy endless repeat of one character at a position, or null. */
    private static Repeat run(List<Node> nodes, int at) {
        return at < nodes.size()
                        && nodes.get(at) instanceof Repeat repeat
                        && repeat.of() instanceof One
                        && repeat.most() == NO_LIMIT
                        && repeat.greedy()
                ? repeat
                : null;
    }

    private static boolean optional(Node node) {
        return node instanceof Repeat repeat && repeat.least() == 0 && repeat.most() == 1;
    }

    /** Whether all from a position on is tried in a few steps. */
    private static boolean plain(List<Node> nodes, int from) {
        for (int i = from; i < nodes.size(); i++) {
            boolean last = i + 1 == nodes.size();
            boolean endlessAtTheEnd = last && run(nodes, i) != null;
            boolean assertion =
                    nodes.get(i) instanceof Group group
                            && group.zeroWidth()
                            && group.alternatives().size() == 1
                            && group.alternatives().get(0).stream().allMatch(n -> n instanceof One);
            if (!(nodes.get(i) instanceof One || endlessAtTheEnd || assertion)) {
                return false;
            }
        }
        return true;
    }

    private static boolean loops(Node node) {
        if (node instanceof Repeat repeat) {
            return repeat.of() instanceof Group && (repeat.most() > 1 || loops(repeat.of()));
        }
        return node instanceof Group group
                && group.alternatives().stream().flatMap(List::stream).anyMatch(RegexCost::loops);
    }

    /** A part of an expression. */
    private sealed interface Node permits One, Group, Repeat {}

    /** One character, or an anchor such as the start of a line. */
    private record One(String text, boolean zeroWidth) implements Node {}

    private record Group(List<List<Node>> alternatives, boolean zeroWidth, boolean atomic)
            implements Node {}

    private record Repeat(Node of, int least, int most, boolean greedy, boolean possessive)
            implements Node {}

    /** Steps that are made in vain. */
    private record Steps(double factor, int degree) {

        static final Steps NONE = new Steps(0, 0);

        Steps plus(Steps other) {
            int most = Math.max(degree, other.degree);
            return new Steps(factor + other.factor, most);
        }

        /** These steps for each of some choices. */
        Steps times(double choices, int more) {
            return new Steps(Math.max(1, factor) * choices, degree + more);
        }
    }

    /**
     * The steps in vain from a position to the end of a sequence.
     *
     * @param fails whether what comes after the sequence may fail
     * @param after the steps in vain of what comes after it
     */
    private static Steps tries(List<Node> nodes, int from, boolean fails, Steps after) {
        Steps rest = after;
        boolean mayFail = fails;
        for (int i = nodes.size() - 1; i >= from; i--) {
            rest = tries(nodes.get(i), mayFail, rest);
            mayFail |= canFail(nodes.get(i));
            require(rest.factor() < MOST_STEPS, "has too many choices in a row");
        }
        return rest;
    }

    private static Steps tries(Node node, boolean fails, Steps rest) {
        if (node instanceof Repeat repeat) {
            return tries(repeat, fails, rest);
        } else if (node instanceof Group group) {
            boolean closed = group.atomic() || group.zeroWidth();
            Steps all = closed ? rest : Steps.NONE;
            for (List<Node> one : group.alternatives()) {
                all =
                        all.plus(tries(one, 0, !closed && fails, closed ? Steps.NONE : rest))
                                .plus(new Steps(1, 0));
            }
            return all;
        }
        return rest.plus(new Steps(1, 0));
    }

    private static Steps tries(Repeat repeat, boolean fails, Steps rest) {
        boolean endless = repeat.most() == NO_LIMIT;
        if (repeat.of() instanceof One) {
            if (!fails || repeat.possessive()) {
                return rest.plus(new Steps(1, 0));
            }
            return rest.times(endless ? 2 : repeat.most() + 1, endless ? 1 : 0);
        }
        if (repeat.most() <= 1) {
            return tries(repeat.of(), fails, rest).plus(rest);
        }
        require(shortest(repeat.of()) > 0, "repeats what may match nothing");
        boolean fixed = isFixed(repeat.of());
        if (fixed || (!fails || repeat.possessive()) && repeat.least() <= 1) {
            Steps body = tries(repeat.of(), false, Steps.NONE);
            boolean choice = fails && !repeat.possessive();
            Steps each = choice ? body.plus(rest) : body;
            Steps all = each.times(endless ? 1 : repeat.most(), endless && choice ? 1 : 0);
            return choice ? all : all.plus(rest);
        }
        throw new IllegalArgumentException("repeats a group that itself repeats or chooses");
    }

    private static boolean canFail(Node node) {
        return !(node instanceof Repeat repeat) || repeat.least() > 0;
    }

    /** Whether there is one way to match alone. */
    private static boolean isFixed(Node node) {
        return node instanceof One
                || node instanceof Repeat repeat
                        && repeat.least() == repeat.most()
                        && isFixed(repeat.of())
                || node instanceof Group group
                        && group.alternatives().size() == 1
                        && group.alternatives().get(0).stream().allMatch(RegexCost::isFixed);
    }

    private static int shortest(List<Node> nodes) {
        return nodes.stream().mapToInt(RegexCost::shortest).sum();
    }

    private static int shortest(Node node) {
        if (node instanceof Repeat repeat) {
            return Math.min(LONGEST, shortest(repeat.of()) * repeat.least());
        } else if (node instanceof Group group) {
            return group.zeroWidth()
                    ? 0
                    : group.alternatives().stream().mapToInt(RegexCost::shortest).min().orElse(0);
        }
        return ((One) node).zeroWidth() ? 0 : 1;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Reads expressions. */
    private static final class Reader {

        private static final String ANCHORS = "bBAzZ";
        private static final String CLASSES = "sSdDwWhHtrnfvae";

        private final String text;
        private final List<Integer> bars = new ArrayList<>(); // between alternatives of the whole
        private int at;
        private int depth;

        Reader(String text) {
            this.text = text;
        }

        List<List<Node>> all() {
            List<List<Node>> alternatives = alternatives();
            require(at == text.length(), "has a parenthesis that nothing opens");
            return alternatives;
        }

        private List<List<Node>> alternatives() {
            require(++depth <= DEEPEST, "is nested more than " + DEEPEST + " times");
            List<List<Node>> alternatives = new ArrayList<>();
            List<Node> nodes = new ArrayList<>();
            alternatives.add(nodes);
            while (at < text.length() && text.charAt(at) != ')') {
                if (text.charAt(at) == '|') {
                    if (depth == 1) {
                        bars.add(at);
                    }
                    at++;
                    nodes = new ArrayList<>();
                    alternatives.add(nodes);
                } else {
                    boolean first = nodes.isEmpty() && alternatives.size() == 1;
                    boolean options = text.startsWith("(?", at);
                    Node node = one();
                    // Elsewhere they would reach over the alternatives that come after.
                    require(
                            first || !options || node instanceof Group,
                            "changes its options in the middle");
                    nodes.add(repeated(node));
                }
            }
            depth--;
            return Collections.unmodifiableList(alternatives);
        }

        private Node repeated(Node node) {
            int[] bounds = bounds();
            if (bounds == null) {
                return node;
            }
            boolean interval = text.charAt(at - 1) == '}';
            boolean lazy = take('?');
            boolean possessive = !lazy && !interval && take('+');
            require(
                    !(lazy && interval && bounds[0] == bounds[1]) && bounds() == null,
                    "repeats a repeat");
            require(
                    bounds[0] <= MOST_REPEATS
                            && (bounds[1] == NO_LIMIT || bounds[1] <= MOST_REPEATS)
                            && bounds[0] <= bounds[1],
                    "repeats something more than " + MOST_REPEATS + " times");
            return new Repeat(node, bounds[0], bounds[1], !lazy, possessive);
        }

        private boolean take(char c) {
            boolean is = at < text.length() && text.charAt(at) == c;
            at += is ? 1 : 0;
            return is;
        }

        private int[] bounds() {
            if (take('*')) {
                return new int[] {0, NO_LIMIT};
            } else if (take('+')) {
                return new int[] {1, NO_LIMIT};
            } else if (take('?')) {
                return new int[] {0, 1};
            }
            int end = at < text.length() && text.charAt(at) == '{' ? text.indexOf('}', at) : -1;
            String inside = end < 0 ? "" : text.substring(at + 1, end);
            if (!inside.matches("\\d{1,6}|\\d{0,6},\\d{1,6}|\\d{1,6},")) {
                return null;
            }
            at = end + 1;
            int comma = inside.indexOf(',');
            String first = comma < 0 ? inside : inside.substring(0, comma);
            String last = comma < 0 ? inside : inside.substring(comma + 1);
            int least = first.isEmpty() ? 0 : Integer.parseInt(first);
            return new int[] {least, last.isEmpty() ? NO_LIMIT : Integer.parseInt(last)};
        }

        private Node one() {
            int begin = at;
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            switch (c) {
                case '(':
                    return group();
                case '[':
                    at = begin;
                    characters(0);
                    return new One(text.substring(begin, at), false);
                case '\\':
                    boolean anchor = escape();
                    return new One(text.substring(begin, at), anchor);
                case '^':
                case '$':
                    return new One(text.substring(begin, at), true);
                case '*':
                case '+':
                case '?':
                    throw new IllegalArgumentException("repeats nothing");
                default:
                    return new One(text.substring(begin, at), false);
            }
        }

        private Node group() {
            boolean zeroWidth = false;
            boolean atomic = false;
            Require.that(!take('*'), "calls a function");
            if (take('?')) {
                int begin = at;
                if (take('=') || take('!')) {
                    zeroWidth = true;
                } else if (take('>')) {
                    atomic = true;
                } else if (take('<')) {
                    zeroWidth = take('=') || take('!');
                    if (!zeroWidth) {
                        at = text.indexOf('>', at) + 1;
                        require(
                                at > begin && text.substring(begin, at).matches("<\\w+>"),
                                "names a group in an unknown way");
                    }
                } else {
                    while (at < text.length() && "im-".indexOf(text.charAt(at)) >= 0) {
                        at++;
                    }
                    if (take(')')) {
                        return new One(text.substring(begin, at), true);
                    }
                    require(take(':'), "has a group of an unknown kind, (?" + kind(begin));
                }
            }
            List<List<Node>> alternatives = alternatives();
            require(take(')'), "has a parenthesis that nothing closes");
            return new Group(alternatives, zeroWidth, atomic);
        }

        private String kind(int begin) {
            return text.substring(begin, Math.min(text.length(), begin + 1));
        }

        /** Reads a class of characters, possibly of classes, to its end. */
        private void characters(int nested) {
            require(nested <= DEEPEST, "is nested more than " + DEEPEST + " times");
            at++;
            take('^');
            require(at < text.length() && text.charAt(at) != ']', "has an empty class");
            while (at < text.length() && text.charAt(at) != ']') {
                if (text.startsWith("[:", at) && text.indexOf(":]", at) > 0) {
                    at = text.indexOf(":]", at) + 2;
                } else if (text.charAt(at) == '[') {
                    characters(nested + 1);
                } else if (take('\\')) {
                    require(!escape(), "has a place in a class");
                } else {
                    at++;
                }
            }
            require(take(']'), "has a class that nothing closes");
        }

        /** Reads what follows a backslash; tells whether it stands for an anchor. */
        private boolean escape() {
            require(at < text.length(), "ends in a backslash");
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            if (c == 'p' || c == 'P') {
                int end = text.indexOf('}', at);
                require(take('{') && end > at, "has a property without a name");
                at = end + 1;
            } else if (c == 'x' && take('{')) {
                int end = text.indexOf('}', at);
                require(end > at && text.substring(at, end).matches("[0-9A-Fa-f]+"), "has a \\x");
                at = end + 1;
            } else if (c == 'x' || c == 'u') {
                int digits = c == 'x' ? 2 : 4;
                int end = Math.min(text.length(), at + digits);
                boolean one = text.substring(at, end).matches("[0-9A-Fa-f]{" + digits + "}");
                require(one && (c == 'u' || text.charAt(at) < '8'), "has a byte, \\x or \\u");
                at = end;
            } else if (c == '0') {
                require(
                        at == text.length() || !Character.isDigit(text.charAt(at)),
                        "has an octal number");
            } else if (c < 128 && Character.isLetterOrDigit(c)) {
                boolean anchor = ANCHORS.indexOf(c) >= 0;
                require(
                        anchor || CLASSES.indexOf(c) >= 0,
                        "has \\" + Character.toString(c) + ", which is not supported");
                return anchor;
            }
            return false;
        }
    }
}
