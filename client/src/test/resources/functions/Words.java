import io.kookoo.client.function.Function;
import io.kookoo.client.function.FunctionLibrary;
import java.math.BigInteger;
import java.util.List;

public class Words implements FunctionLibrary {

    @Function(name = "count_words", description = "how many words a text has")
    public int countWords(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }

    @Function(description = "the sum of a list of integers")
    public BigInteger sum(List<BigInteger> numbers) {
        return numbers.stream().reduce(BigInteger.ZERO, BigInteger::add);
    }
}
