package org.attn4j.cli.explain;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a stage is shown; what is null is as in the text that this one refines.
 *
 * @param title its heading
 * @param symbol what its numbers are called in equations
 * @param equation how it is computed
 * @param text what happens, in one or two sentences
 * @param rows what the rows are, as {@link Labels#of} takes it
 * @param columns what the columns are
 * @param tables what its several tables are: {@code head} unless said
 * @param parameters the parameters that are shown with it, by their paths
 */
record StageText(
        String title,
        String symbol,
        String equation,
        String text,
        String rows,
        String columns,
        String tables,
        Map<String, ParameterText> parameters) {

    static final StageText NOTHING = new StageText(null, null, null, null, null, null, null, null);

    StageText over(StageText base) {
        Map<String, ParameterText> all = new LinkedHashMap<>();
        for (StageText each : new StageText[] {base, this}) {
            all.putAll(each.parameters == null ? Map.of() : each.parameters);
        }
        return new StageText(
                first(title, base.title),
                first(symbol, base.symbol),
                first(equation, base.equation),
                first(text, base.text),
                first(rows, base.rows),
                first(columns, base.columns),
                first(tables, base.tables),
                all);
    }

    private static String first(String own, String other) {
        return own == null ? other : own;
    }
}
