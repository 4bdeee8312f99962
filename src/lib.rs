//! Zhanjian.
