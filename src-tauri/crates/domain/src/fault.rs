//! What a failure of the upstream means and what follows from it.
