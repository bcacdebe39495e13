/**
 * Attention mechanisms as blocks of DJL: one contract, {@link org.attn4j.attention.Attention}, and
 * the records it takes and gives.
 *
 * <p>Shapes are noted with these letters everywhere:
 *
 * <table>
 *   <caption>Dimensions</caption>
 *   <tr><th>Letter</th><th>Meaning</th></tr>
 *   <tr><td>B</td><td>batch: sequences side by side</td></tr>
 *   <tr><td>T</td><td>query length: positions that attend</td></tr>
 *   <tr><td>S</td><td>key length: positions that are attended to</td></tr>
 *   <tr><td>D</td><td>model size: features of one position</td></tr>
 *   <tr><td>N</td><td>query heads</td></tr>
 *   <tr><td>G</td><td>key and value heads; N / G query heads share one</td></tr>
 *   <tr><td>H</td><td>head size: features of one position in one head</td></tr>
 * </table>
 *
 * <p>An array carries its stage as its name: {@code query → queryHeads → scores → weights →
 * context}.
 */
package org.attn4j.attention;
