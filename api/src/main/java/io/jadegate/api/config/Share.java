package io.jadegate.api.config;

import java.math.BigDecimal;

/// A part of a whole, from 0 to 100 percent. Written `5%` or `0.5%`.
public record Share(double percent) {

    /// The pattern of the written form.
    public static final String PATTERN = "(100(\\.0{1,3})?|[0-9]{1,2}(\\.[0-9]{1,3})?)%";

    /// The written form, for people.
    public static final String ACCEPTED = "a share such as 5%";

    /// Reads the written form.
    ///
    /// @throws IllegalArgumentException when the text is not a percentage from 0 to 100 with at
    ///   most three decimals
    public static Share parse(String text) {
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException(text);
        }
        var number = text.substring(0, text.length() - 1);
        var point = number.indexOf('.');
        var whole = point < 0 ? number : number.substring(0, point);
        var decimals = point < 0 ? "0" : number.substring(point + 1);
        if (!digits(whole) || !digits(decimals)) {
            throw new IllegalArgumentException(text);
        }
        var share = new Share(Double.parseDouble(number));
        if (share.percent > 100) {
            throw new IllegalArgumentException(text);
        }
        return share;
    }

    private static boolean digits(String text) {
        return !text.isEmpty()
                && text.length() <= 3
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// From 0 to 1.
    public double fraction() {
        return percent / 100;
    }

    @Override
    public String toString() {
        return BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString() + "%";
    }
}
