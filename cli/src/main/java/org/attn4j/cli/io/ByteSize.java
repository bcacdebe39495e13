package org.attn4j.cli.io;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes as Hugging Face's libraries write them: 2GB is 2·10⁹ bytes, 2GiB is 2·2³⁰. */
public final class ByteSize implements ITypeConverter<Long> {

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*([KMGT]I?)?B?");

    private static final Map<String, Long> UNITS =
            Map.of(
                    "K",
                    1_000L,
                    "M",
                    1_000_000L,
                    "G",
                    1_000_000_000L,
                    "T",
                    1_000_000_000_000L,
                    "KI",
                    1L << 10,
                    "MI",
                    1L << 20,
                    "GI",
                    1L << 30,
                    "TI",
                    1L << 40);

    @Override
    public Long convert(String text) {
        Matcher match = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (match.matches()) {
            long unit = match.group(2) == null ? 1 : UNITS.get(match.group(2));
            BigDecimal bytes = new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(unit));
            if (bytes.signum() > 0 && bytes.compareTo(BigDecimal.valueOf(1L << 60)) < 0) {
                return Math.max(1, bytes.longValue());
            }
        }
        throw new TypeConversionException("'" + text + "' is no size such as 2GB, 500MB or 4GiB");
    }
}
