package io.kookoo.client.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.function.FunctionExecutor;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FunctionsTest {
    @Test
    void shouldOfferEveryFunctionItsBatchesAndWholeCalls() {
        FunctionExecutor executor = new FunctionExecutor(FunctionExecutor.builtIns(), Path.of("absent"));
        Collection<String> names = Functions.of(executor).names();
        assertEquals(2 * executor.names().size() + 2, Set.copyOf(names).size());
        assertTrue(names.containsAll(executor.names()), names.toString());
        assertTrue(names.containsAll(List.of("add[]", "pow_2[]", "call", "call[]")), names.toString());
    }
}
