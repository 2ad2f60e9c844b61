"""Intent classification."""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier

MODEL_FILE = "intents.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ShopIntentClassifier(LogisticRegressionClassifier):
    """Rasa's logistic regression, kept in the model as plain arrays.

    Rasa's own format needs skops, whose import takes four seconds at training and again
    whenever a server starts.
    """

    def persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(
                folder / MODEL_FILE,
                classes=self.clf.classes_,
                coefficients=self.clf.coef_,
                intercepts=self.clf.intercept_,
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ShopIntentClassifier":
        classifier = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / MODEL_FILE) as stored:
            classifier.clf.classes_ = stored["classes"]
            classifier.clf.coef_ = stored["coefficients"]
            classifier.clf.intercept_ = stored["intercepts"]
        return classifier
